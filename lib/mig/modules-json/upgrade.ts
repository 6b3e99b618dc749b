import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { maybeDigits } from './values'

const answerSchema = z.looseObject({ success: z.boolean(), oldpid: maybeDigits })

/** The answer of module upgrade: the process id of the agent that was replaced. */
export function readUpgrade(answer: JsonValue): { kind: 'upgrade'; oldpid: string | null; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  return parsed.success ? { kind: 'upgrade', oldpid: parsed.data.oldpid, hits: [] } : null
}
