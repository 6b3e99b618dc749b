/** What agents are grouped by: a column or what follows from it, or a key of their tags or environment. */
export const GROUP_COLUMNS = {
  os: 'system',
  version: 'version',
  name: 'name, digits as #',
  domain: 'domain',
  state: 'state',
  status: 'stored status',
} as const
export type GroupColumn = keyof typeof GROUP_COLUMNS

export type GroupKey = { column: GroupColumn } | { pair: 'tag' | 'env'; key: string }

/** One group: the rows with this value, those without any (null), or those whose JSON cannot be read. */
export type Group = { by: GroupKey; value: string | null } | { unreadable: 'tag' | 'env' }

const MAX_KEY = 100
/** Characters of a value that count: longer ones that begin alike are one group. */
export const GROUP_VALUE_LENGTH = 200

// An equals sign ends the key where a group is written down.
const keyText = (key: string) => key.replace(/[%=]/g, encodeURIComponent)

function readKeyText(text: string): string | null {
  if (!/^([^%=]|%25|%3D)+$/.test(text)) return null
  const key = decodeURIComponent(text.replace(/%(?!25|3D)/g, '%25'))
  return key.length <= MAX_KEY && !key.includes('\0') ? key : null
}

/** Reads "os", "tag:operator" or "env:arch"; null for anything else. */
export function readGroupKey(text: string): GroupKey | null {
  if (Object.hasOwn(GROUP_COLUMNS, text)) return { column: text as GroupColumn }
  const pair = /^(tag|env):(.+)$/s.exec(text)
  const key = pair?.[2] === undefined ? null : readKeyText(pair[2])
  return pair && key !== null ? { pair: pair[1] as 'tag' | 'env', key } : null
}

/** The text of a key as `readGroupKey` reads it. */
export function groupKeyText(by: GroupKey): string {
  return 'column' in by ? by.column : `${by.pair}:${keyText(by.key)}`
}

/** A key in words: "system", "tag operator". */
export function groupKeyLabel(by: GroupKey): string {
  if ('column' in by) return GROUP_COLUMNS[by.column]
  return `${by.pair === 'tag' ? 'tag' : 'environment'} ${by.key}`
}

/** Reads "os=linux", "tag:operator" (agents without that tag) or "unreadable:tag"; null for anything else. */
export function readGroup(text: string): Group | null {
  const unreadable = /^unreadable:(tag|env)$/.exec(text)
  if (unreadable) return { unreadable: unreadable[1] as 'tag' | 'env' }
  const at = text.indexOf('=')
  const by = readGroupKey(at < 0 ? text : text.slice(0, at))
  if (!by) return null
  const value = at < 0 ? null : text.slice(at + 1)
  return value !== null && ([...value].length > GROUP_VALUE_LENGTH || value.includes('\0')) ? null : { by, value }
}

/** The text of a group as `readGroup` reads it. */
export function groupText(group: Group): string {
  if ('unreadable' in group) return `unreadable:${group.unreadable}`
  return group.value === null ? groupKeyText(group.by) : `${groupKeyText(group.by)}=${group.value}`
}

/** The group that a value of the SQL means: "=linux", "-" for none, "!" for what cannot be read. */
export function groupOf(by: GroupKey, stored: string): Group {
  if (stored === '!' && 'pair' in by) return { unreadable: by.pair }
  return { by, value: stored.startsWith('=') ? stored.slice(1) : null }
}

/** The value of the SQL that this group has. */
export function storedGroup(group: Group): string {
  if ('unreadable' in group) return '!'
  return group.value === null ? '-' : `=${group.value}`
}
