import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { searchEchoSchema, type Tested, testedTogether } from './search-echo'
import { listOf, mapOf, maybeDigits, maybeText } from './values'

export type FileMatch = {
  check: string
  path: string
  tested: Tested[]
  size: string | null
  mode: string
  lastmodified: string
  sha256: string
}

const entrySchema = z.looseObject({
  file: z.string(),
  search: searchEchoSchema,
  fileinfo: z
    .looseObject({ size: maybeDigits, mode: maybeText, lastmodified: maybeText, sha256: maybeText })
    .nullish()
    .transform((info) => info ?? { size: null, mode: '', lastmodified: '', sha256: '' }),
})
const answerSchema = z.looseObject({ elements: mapOf(listOf(entrySchema)) })

/** What module file found; an entry with an empty file, which `matchall` leaves, is a search without a match (mig-domain 8.3). */
export function readFile(
  answer: JsonValue,
): { kind: 'file'; matches: FileMatch[]; unmatched: { check: string; tested: Tested[] }[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const entries = parsed.data.elements.flatMap(([check, list]) => list.map((entry) => ({ check, ...entry })))
  const matches = entries
    .filter((entry) => entry.file !== '')
    .map(({ check, file, search, fileinfo: { size, mode, lastmodified, sha256 } }) => ({
      check,
      path: file,
      tested: search,
      size,
      mode,
      lastmodified,
      sha256,
    }))
  const empty = parsed.data.elements.flatMap(([check, list]) =>
    list.every((entry) => entry.file === '') ? [{ check, tested: list[0]?.search ?? [] }] : [],
  )
  return {
    kind: 'file',
    matches,
    unmatched: empty,
    hits: matches.map(({ check, path, tested }) => ({ path, check, ...testedTogether(tested), count: null })),
  }
}
