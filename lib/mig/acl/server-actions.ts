'use server'

import { revalidatePath } from 'next/cache'
import type { z } from 'zod'
import type { Viewer } from '@/lib/auth/viewer'
import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { AGENTS_FOLLOW } from './batch-words'
import type { BatchAnswer } from './change'
import { runBatch } from './mutations'
import { revertBatch } from './revert'
import { type BatchInput, batchSchema, minimumSchema, revertSchema, weightSchema } from './schema'

/** Sets or removes one minimum weight. */
export async function saveMinimumWeight(_state: FormState, formData: FormData): Promise<FormState> {
  return ofForm(minimumSchema, formData, (viewer, { reason, confirm, weight: value, ...cell }) =>
    runBatch(viewer, { kind: 'save', reason, confirmed: confirm, cells: [{ table: 'agtmodreq', ...cell, value }] }),
  )
}

/** Sets or removes one investigator's weight. */
export async function saveWeight(_state: FormState, formData: FormData): Promise<FormState> {
  return ofForm(weightSchema, formData, (viewer, { reason, confirm, weight: value, ...cell }) =>
    runBatch(viewer, { kind: 'save', reason, confirmed: confirm, cells: [{ table: 'invagtmodperm', ...cell, value }] }),
  )
}

/** Measures what the changes would do, and changes nothing. */
export async function previewBatch(formData: FormData): Promise<BatchAnswer> {
  return ofChanges(formData, (viewer, input) => runBatch(viewer, batchOf(input), { preview: true }))
}

/** Saves all changes in one transaction, or none. */
export async function saveBatch(formData: FormData): Promise<BatchAnswer> {
  return ofChanges(formData, (viewer, input) => runBatch(viewer, batchOf(input)))
}

/** Puts back what a batch changed, as a batch of its own; `detail` names it. */
export async function revert(_state: FormState, formData: FormData): Promise<FormState> {
  return ofForm(revertSchema, formData, revertBatch)
}

function batchOf({ changes, reason, confirm }: BatchInput) {
  return { kind: 'save' as const, reason, confirmed: confirm, cells: changes }
}

type Run<Input> = (viewer: Viewer, input: Input) => Promise<BatchAnswer>

async function ofChanges(formData: FormData, run: Run<BatchInput>): Promise<BatchAnswer> {
  const { state, answer } = await answered(batchSchema, formData, run)
  return answer ?? { kind: 'refused', message: state.message ?? '', signIn: state.signIn }
}

/** The answer as a form without scripts shows it: everything but a save is a refusal; `detail` says what to confirm. */
async function ofForm<Input>(schema: z.ZodType<Input>, formData: FormData, run: Run<Input>): Promise<FormState> {
  const { state, answer } = await answered(schema, formData, run, ['weight', 'reason'])
  const shown: FormState = !answer || answer.kind === 'preview' ? state : { ...state, ...shownAs(answer) }
  if (answer?.kind === 'saved') shown.message = `${answer.message} ${AGENTS_FOLLOW}`
  // A refused write is often a lost race: the matrix behind the sentence then shows what the cell holds now.
  if (shown.status === 'error') revalidatePath('/acl', 'layout')
  return shown
}

function shownAs(answer: BatchAnswer): Partial<FormState> {
  if (answer.kind === 'saved') return { detail: { batch: answer.auditId } }
  const detail =
    answer.kind === 'confirm'
      ? { confirm: answer.confirm }
      : answer.kind === 'conflict'
        ? { conflicts: answer.cells.length }
        : undefined
  return { status: 'error', detail }
}

async function answered<Input>(schema: z.ZodType<Input>, formData: FormData, run: Run<Input>, keep: string[] = []) {
  let answer: BatchAnswer | undefined
  const state = await runServerAction({
    schema,
    formData,
    keep,
    run: async (viewer, input) => {
      answer = await run(viewer, input)
      return { message: 'message' in answer ? answer.message : '', unchanged: answer.kind !== 'saved' }
    },
  })
  return { state, answer }
}
