export type Queueloc = {
  /** Go's name of the operating system, `linux`; null when the text does not begin with one. */
  os: string | null
  /** Host name; null in queuelocs of the later era, which have none. */
  host: string | null
  /** The endpoint's own id, which protects the queue's name; null when there is none. */
  uid: string | null
}

const SYSTEMS: ReadonlySet<string> = new Set([
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'illumos',
  'linux',
  'nacl',
  'netbsd',
  'openbsd',
  'plan9',
  'solaris',
  'windows',
])

/**
 * The parts of `<os>.<host>.<uid>` (2014) or `<os>.<uid>` (later), mig-domain 5.1. A text of neither form, such as a
 * bare host name, is all host. Never throws.
 */
export function parseQueueloc(text: string): Queueloc {
  const first = text.indexOf('.')
  const os = text.slice(0, Math.max(first, 0))
  if (!SYSTEMS.has(os)) return { os: null, host: text || null, uid: null }
  const last = text.lastIndexOf('.')
  return { os, host: text.slice(first + 1, last) || null, uid: text.slice(last + 1) || null }
}
