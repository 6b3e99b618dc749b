import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'

const answerSchema = z.looseObject({ elements: z.looseObject({ ok: z.boolean() }).nullish() })

/** The answer of the modules that run all the time (audit, dispatch, fswatch): whether they run. */
export function readPersistent(answer: JsonValue): { kind: 'persistent'; ok: boolean | null; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  return parsed.success ? { kind: 'persistent', ok: parsed.data.elements?.ok ?? null, hits: [] } : null
}
