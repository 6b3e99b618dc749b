import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { searchEchoSchema, type Tested, testedTogether } from './search-echo'
import { listOf, mapOf, maybeDigits, maybeText } from './values'

export type ProcessMatch = { check: string; process: string; pid: string | null; tested: Tested[] }

const entrySchema = z.looseObject({
  process: z.looseObject({ name: maybeText, pid: maybeDigits }),
  search: searchEchoSchema,
})
const answerSchema = z.looseObject({ elements: mapOf(listOf(entrySchema)) })

/** What module memory found; an entry without a process is a search without a match. */
export function readMemory(
  answer: JsonValue,
): { kind: 'memory'; matches: ProcessMatch[]; unmatched: string[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const isMatch = ({ process: { name, pid } }: z.output<typeof entrySchema>) =>
    name !== '' || (pid !== null && pid !== '0')
  const matches = parsed.data.elements.flatMap(([check, list]) =>
    list.filter(isMatch).map(({ process: { name, pid }, search }) => ({ check, process: name, pid, tested: search })),
  )
  return {
    kind: 'memory',
    matches,
    unmatched: parsed.data.elements.flatMap(([check, list]) => (list.some(isMatch) ? [] : [check])),
    hits: matches.map(({ check, process, tested }) => ({
      path: process,
      check,
      ...testedTogether(tested),
      count: null,
    })),
  }
}
