import type { Refusal } from './rule-books'

/** Why a rule book refuses whatever the weights, as a sentence. */
export const REFUSAL_WORDS: Record<Refusal, string> = {
  'several-signatures': 'Agents of 2014 refuse an action with more than one signature.',
  'repeated-signer':
    'One key stands behind two of the signatures, itself or by a subkey, and agents of 2019 refuse a key that signed twice.',
}
