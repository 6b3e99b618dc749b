/** Why a person's key lets nobody sign in. */
export type KeyHindrance =
  | 'no-fingerprint'
  | 'no-key'
  | 'unreadable'
  | 'fingerprint-differs'
  | 'expired'
  | 'revoked'
  | 'cannot-sign'

export const KEY_HINDRANCE_WORDS: Readonly<Record<KeyHindrance, string>> = {
  'no-fingerprint': 'no fingerprint is stored',
  'no-key': 'no key is stored',
  unreadable: 'the stored key cannot be read',
  'fingerprint-differs': 'the stored fingerprint is not that of the stored key',
  expired: 'the key is expired',
  revoked: 'the key is revoked',
  'cannot-sign': 'the key is of a kind that cannot sign in here',
}
