import { z } from 'zod'
import { listOf } from './values'

/** A way of testing and the value that was tested. */
export type Tested = { method: string; value: string }

const METHODS = [
  ['names', 'name'],
  ['contents', 'content'],
  ['sizes', 'size'],
  ['modes', 'mode'],
  ['mtimes', 'mtime'],
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha2', 'sha2'],
  ['sha3', 'sha3'],
  ['libraries', 'library'],
  ['bytes', 'bytes'],
] as const

const strings = listOf(z.string())
const shape = Object.fromEntries(METHODS.map(([key]) => [key, strings])) as Record<
  (typeof METHODS)[number][0],
  typeof strings
>

/** The search that the modules file and memory repeat beside each match, as what it tested. */
export const searchEchoSchema = z
  .looseObject(shape)
  .nullish()
  .transform((search): Tested[] =>
    search ? METHODS.flatMap(([key, method]) => search[key].map((value) => ({ method, value }))) : [],
  )

/** How and with which value something was found, for a hit; several tests at once are `all` of them. */
export function testedTogether(tested: Tested[]): Tested {
  const [first] = tested
  if (tested.length <= 1) return first ?? { method: '', value: '' }
  return { method: 'all', value: tested.map(({ method, value }) => `${method} ${value}`).join(', ') }
}
