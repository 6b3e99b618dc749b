import { expect, test } from 'vitest'
import { quietWords } from './quiet-words'

test('what was not looked at is not called quiet', () => {
  expect(quietWords({ acl: true, spool: true })).toEqual({
    quiet: 'Nothing in the actions, the ACL or the spool needs attention.',
    unknown: null,
  })
  expect(quietWords({ acl: false, spool: true })).toEqual({
    quiet: 'Nothing in the actions or the spool needs attention.',
    unknown: 'The rules of the ACL are being counted for the first time: look again in a minute.',
  })
  const neither = quietWords({ acl: false, spool: false })
  expect(neither.quiet).toBe('Nothing in the actions needs attention.')
  expect(neither.unknown).toMatch(/being counted.*Nothing can be said of the spool\.$/)
})
