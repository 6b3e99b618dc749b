'use server'

import { z } from 'zod'
import { AppError } from '@/lib/errors'
import { rawParams } from '@/lib/export'
import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { runBulk } from './bulk-mutations'
import type { BatchAnswer } from './change'
import { saying } from './schema'
import { bulkList } from './search-params'

/** What the forms of whole batches are told beside the sentence; `confirm` where a lock-out wants to be confirmed. */
export type BatchDetail = { answer: BatchAnswer; confirm?: 'lockout' }

const bulkSchema = z.object({
  ...saying,
  /** The query of /acl/bulk that the page showed. */
  query: z.string().max(20_000),
  seen: z.string().max(200),
  step: z.enum(['effects', 'save'], { error: 'Press one of the form’s buttons.' }),
})

/** Measures what a bulk change or a carry-over does, or saves it as one batch. */
export async function bulkChange(_state: FormState, formData: FormData): Promise<FormState> {
  let answer: BatchAnswer | undefined
  const state = await runServerAction({
    schema: bulkSchema,
    formData,
    keep: ['reason'],
    run: async (viewer, { query, seen, step, reason, confirm }) => {
      const parsed = bulkList.parse(rawParams(new URL(`http://bulk/?${query}`)))
      if (!parsed.ok) throw new AppError('invalid', `${parsed.problem} Nothing was changed.`)
      const input = { params: parsed.params, seen, reason, confirm }
      answer = await runBulk(viewer, input, { preview: step === 'effects' })
      return { message: answerSentence(answer), detail: detailOf(answer), unchanged: answer.kind !== 'saved' }
    },
  })
  return refusedUnlessDone(state, answer)
}

function detailOf(answer: BatchAnswer): BatchDetail {
  return answer.kind === 'confirm' ? { answer, confirm: 'lockout' } : { answer }
}

function answerSentence(answer: BatchAnswer): string {
  return answer.kind === 'preview' ? 'Nothing is saved yet.' : answer.message
}

function refusedUnlessDone(state: FormState, answer: BatchAnswer | undefined): FormState {
  return !answer || answer.kind === 'saved' || answer.kind === 'preview' ? state : { ...state, status: 'error' }
}
