import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'

const answerSchema = z.looseObject({ success: z.boolean() })

/** The answer of module agentdestroy, which says only whether it succeeded. */
export function readAgentdestroy(answer: JsonValue): { kind: 'agentdestroy'; hits: Hit[] } | null {
  return answerSchema.safeParse(answer).success ? { kind: 'agentdestroy', hits: [] } : null
}
