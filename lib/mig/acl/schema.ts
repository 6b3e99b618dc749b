import { z } from 'zod'
import { parseId } from '@/lib/mig/wire/id'
import { decodeChanges } from './change'
import { readWeight, WEIGHT_WORDS } from './weight'

const MOST_REASON = 1_000

const id = (what: string) =>
  z.string().transform((text, context) => {
    const found = parseId(text.trim())
    if (found) return found
    context.addIssue(`The form names no ${what}. Open the cell again.`)
    return z.NEVER
  })

// What the person saw: empty is "no row".
const seen = z.string().transform((text, context) => {
  if (text === '') return null
  const value = readWeight(text)
  if (value !== null) return value
  context.addIssue('The form does not say what the cell held. Open the cell again.')
  return z.NEVER
})

/** The fields of every form that saves a batch. */
export const saying = {
  reason: z
    .string()
    .trim()
    .max(MOST_REASON, `The reason has at most ${MOST_REASON} characters.`)
    .optional()
    .transform((text) => text || null),
  /** What a `confirm` answer gave: the SHA-256 of the cells whose lock-out is confirmed, and how many pairs are lost. */
  confirm: z
    .string()
    .catch('')
    .transform((text): string | boolean => /^[0-9a-f]{64}\.\d{1,15}$/.test(text) && text),
}

const cell = {
  ...saying,
  agent: id('agent'),
  module: id('module'),
  seen,
  intent: z.enum(['set', 'remove']).catch('set'),
  weight: z.string().optional().default(''),
}

type Written = { intent: 'set' | 'remove'; weight: string }

/** What the cell is to hold: null takes the row away. */
function wanted(what: string) {
  return <T extends Written>({ intent, weight, ...rest }: T, context: z.RefinementCtx) => {
    const value = intent === 'remove' ? null : readWeight(weight)
    if (intent === 'remove' || value !== null) return { ...rest, weight: value }
    context.addIssue({
      code: 'custom',
      path: ['weight'],
      message:
        weight.trim() === ''
          ? `Type the ${what}, or take the rule away with "Remove the rule": an empty cell is no rule, not 0.`
          : `The ${what} is a ${WEIGHT_WORDS}.`,
    })
    return z.NEVER
  }
}

/** The form of one cell of the minimums. */
export const minimumSchema = z.object(cell).transform(wanted('minimum weight'))

/** The form of one cell of the weights. */
export const weightSchema = z.object({ ...cell, investigator: id('investigator') }).transform(wanted('weight'))

/** The changes of a batch, its reason, and whether the person has confirmed that it locks somebody out. */
export const batchSchema = z.object({ ...saying, changes: z.string().transform(decodeChanges) })

/** The revert of a batch by the number of its audit row; `skip` leaves out the cells that are in its way. */
export const revertSchema = z.object({
  ...saying,
  batch: z.string().regex(/^\d{1,18}$/, 'The form names no batch. Open its page again.'),
  skip: z
    .enum(['', '1'])
    .catch('')
    .transform((flag) => flag === '1'),
})

export type BatchInput = z.infer<typeof batchSchema>
export type RevertInput = z.infer<typeof revertSchema>
