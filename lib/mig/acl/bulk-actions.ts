'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import type { Viewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { rawParams } from '@/lib/export'
import type { FormState } from '@/lib/form-state'
import { formatCount } from '@/lib/format'
import { runServerAction } from '@/lib/server-action'
import { AGENTS_FOLLOW } from './batch-words'
import { runBulk } from './bulk-mutations'
import { type BatchAnswer, decodeChanges, encodeChanges } from './change'
import { type NamedConflict, nameConflicts } from './conflicts'
import { previewImport } from './import'
import { readImportFile } from './import-file'
import { type ImportPreview, importPreviewSchema } from './import-preview'
import { runBatch } from './mutations'
import { saying } from './schema'
import { bulkList } from './search-params'

/**
 * What the forms of whole batches are told beside the sentence: `confirm` where a lock-out wants to be confirmed,
 * `conflicts` the first cells that are in the way.
 */
export type BatchDetail = { answer: BatchAnswer; confirm?: string; conflicts?: NamedConflict[] }

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
      return {
        message: answerSentence(answer),
        detail: await detailOf(viewer, answer),
        unchanged: answer.kind !== 'saved',
      }
    },
  })
  const shown = refusedUnlessDone(state, answer)
  // A refused change is often one that was counted before somebody else wrote: the preview below then counts anew.
  const { confirm } = (shown.detail ?? {}) as Partial<BatchDetail>
  if (shown.status === 'error' && !confirm) revalidatePath(bulkList.path)
  return shown
}

async function detailOf(viewer: Viewer, answer: BatchAnswer): Promise<BatchDetail> {
  if (answer.kind === 'conflict') return { answer, conflicts: await nameConflicts(viewer, answer.cells) }
  return answer.kind === 'confirm' ? { answer, confirm: answer.confirm } : { answer }
}

function answerSentence(answer: BatchAnswer): string {
  if (answer.kind === 'preview') return 'Nothing is saved yet.'
  return answer.kind === 'saved' ? `${answer.message} ${AGENTS_FOLLOW}` : answer.message
}

function refusedUnlessDone(state: FormState, answer: BatchAnswer | undefined): FormState {
  return !answer || answer.kind === 'saved' || answer.kind === 'preview' ? state : { ...state, status: 'error' }
}

const MOST_BYTES = 7_500_000

const importSchema = z.object({
  ...saying,
  step: z.enum(['preview', 'effects', 'save'], { error: 'Press one of the form’s buttons.' }),
  text: z.string().optional().default(''),
  file: z.instanceof(Blob).optional(),
  changes: z.string().optional().default(''),
  /** What the preview said, given back so that the page goes on showing it: no more than a claim, so nothing is written of it. */
  shown: z.string().optional().default(''),
})

/** What the form of an import is told: the preview, and the changes that it stands for as one field. */
export type ImportDetail = { preview: ImportPreview; changes: string } & Partial<BatchDetail>

/** Reads a matrix's file and shows the difference, measures what it would do, or saves it as one batch. */
export async function importCells(_state: FormState, formData: FormData): Promise<FormState> {
  let answer: BatchAnswer | undefined
  const state = await runServerAction({
    schema: importSchema,
    formData,
    keep: ['reason'],
    run: async (viewer, input) => {
      if (input.step === 'preview') {
        const { preview, changes } = await previewImport(viewer, readImportFile(await textOf(input)))
        const detail: ImportDetail = { preview, changes: encodeChanges(changes) }
        return { message: 'Nothing is saved yet.', detail, unchanged: true }
      }
      const preview = shownPreview(input.shown)
      answer = await runBatch(
        viewer,
        {
          kind: 'import',
          reason: input.reason,
          confirmed: input.confirm,
          cells: decodeChanges(input.changes),
        },
        { preview: input.step === 'effects' },
      )
      const detail: ImportDetail = { preview, changes: input.changes, ...(await detailOf(viewer, answer)) }
      return { message: answerSentence(answer), detail, unchanged: answer.kind !== 'saved' }
    },
  })
  return refusedUnlessDone(state.detail ? state : keptPreview(state, formData), answer)
}

async function textOf({ text, file }: { text: string; file?: Blob }): Promise<string> {
  if (text.trim() !== '' || !file || file.size === 0) return text
  if (file.size > MOST_BYTES)
    throw new AppError('invalid', `The file is larger than ${formatCount(MOST_BYTES, 'byte')}. Split it.`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    throw new AppError('invalid', 'The file is no text in UTF-8. Nothing was changed.')
  }
}

function shownPreview(text: string): ImportPreview {
  const parsed = importPreviewSchema.safeParse(jsonOf(text))
  if (!parsed.success) throw new AppError('invalid', 'The form is broken: read the file again. Nothing was changed.')
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// A refusal, such as a missing reason, must not lose the file that was read.
function keptPreview(state: FormState, formData: FormData): FormState {
  const parsed = importPreviewSchema.safeParse(jsonOf(String(formData.get('shown') ?? '')))
  const changes = formData.get('changes')
  return parsed.success && typeof changes === 'string'
    ? { ...state, detail: { preview: parsed.data, changes } satisfies ImportDetail }
    : state
}
