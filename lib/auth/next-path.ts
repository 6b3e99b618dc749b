const MAX_LENGTH = 2_000
// Any origin will do: what counts is that the text does not lead away from it.
const HERE = 'http://here.invalid'

/** The path of this site that a person wanted before signing in; '/' for anything that could lead elsewhere. */
export function nextPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > MAX_LENGTH || !/^\/(?![/\\])/.test(wanted)) return '/'
  // Browsers drop tabs and line ends and read a backslash as a slash: take the address as they would.
  if (!URL.canParse(wanted, HERE)) return '/'
  const { origin, pathname, search } = new URL(wanted, HERE)
  if (origin !== HERE || pathname.startsWith('//') || pathname === '/sign-in') return '/'
  return `${pathname}${search}`
}

/** The sign-in page that leads back to a path. */
export function signInHref(path: string | null): string {
  const next = nextPath(path)
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
