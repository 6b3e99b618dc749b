import { goTimeString, type Instant, instantToUnixSeconds } from './time'

/** The three canonical strings of mig-domain 6.1 and 6.3. Try B, then C, then A. */
export type SignedTextFormat = 'A' | 'B' | 'C'

export type SignedFields = {
  name: string
  target: string
  validfrom: Instant
  expireafter: Instant
  /** The operations' JSON exactly as Go printed it. */
  operations: string
}

/** The text that an action's signatures are made over. Only format A keeps fractions of a second. */
export function signedText(action: SignedFields, format: SignedTextFormat): string {
  const { name, target, validfrom, expireafter, operations } = action
  if (format === 'A') {
    const { head, middle, tail } = signedTextParts(action)
    return head + goTimeString(validfrom) + middle + goTimeString(expireafter) + tail
  }
  const from = instantToUnixSeconds(validfrom)
  const until = instantToUnixSeconds(expireafter)
  // MIG formatted the integer with %s; Go's complaint about it became part of the format.
  const expires = format === 'B' ? `%!s(int64=${until})` : until
  return `name=${name};target=${target};validfrom=${from};expireafter=${expires};operations=${operations};`
}

/** Format A around its two times, which stand between `head` and `middle` and between `middle` and `tail`. */
export function signedTextParts({ name, target, operations }: Pick<SignedFields, 'name' | 'target' | 'operations'>) {
  return {
    head: `name=${name}; target=${target}; validfrom=`,
    middle: '; expireafter=',
    tail: `; operations='${operations}';`,
  }
}
