/** What the overview can say of quiet: of what it looked at, and what it could not look at; null where nothing is left to say. */
export function quietWords({ acl, spool }: { acl: boolean; spool: boolean }): {
  quiet: string
  unknown: string | null
} {
  const looked = ['the actions', ...(acl ? ['the ACL'] : []), ...(spool ? ['the spool'] : [])]
  const last = looked.pop()
  const unknown = [
    ...(acl ? [] : ['The rules of the ACL are being counted for the first time: look again in a minute.']),
    ...(spool ? [] : ['Nothing can be said of the spool.']),
  ]
  return {
    quiet: `Nothing in ${looked.length > 0 ? `${looked.join(', ')} or ` : ''}${last} needs attention.`,
    unknown: unknown.length > 0 ? unknown.join(' ') : null,
  }
}
