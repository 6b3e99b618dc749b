import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf } from './values'

const matchSchema = z.looseObject({ Object: z.string(), MatchedRules: listOf(z.string()) })
const answerSchema = z.looseObject({ elements: z.looseObject({ Matches: listOf(matchSchema) }).nullish() })

export type YaraMatch = { object: string; rules: string[] }

/** The objects that rules of module yara matched. */
export function readYara(answer: JsonValue): { kind: 'yara'; matches: YaraMatch[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const matches = (parsed.data.elements?.Matches ?? []).map((match) => ({
    object: match.Object,
    rules: match.MatchedRules,
  }))
  return {
    kind: 'yara',
    matches,
    hits: matches.flatMap(({ object, rules }) =>
      rules.map((rule) => ({ path: object, check: rule, method: '', value: '', count: null })),
    ),
  }
}
