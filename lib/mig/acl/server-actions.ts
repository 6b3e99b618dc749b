'use server'

import { revalidatePath } from 'next/cache'
import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { setMinimumWeight, setWeight } from './mutations'
import { minimumSchema, weightSchema } from './schema'

/** Sets or removes one minimum weight. */
export async function saveMinimumWeight(_state: FormState, formData: FormData): Promise<FormState> {
  return fresh(await runServerAction({ schema: minimumSchema, formData, run: setMinimumWeight, keep: ['weight'] }))
}

/** Sets or removes one investigator's weight. */
export async function saveWeight(_state: FormState, formData: FormData): Promise<FormState> {
  return fresh(await runServerAction({ schema: weightSchema, formData, run: setWeight, keep: ['weight'] }))
}

// A refused write is often a lost race: the matrix behind the sentence then shows what the cell holds now.
function fresh(state: FormState): FormState {
  if (state.status === 'error') revalidatePath('/acl', 'layout')
  return state
}
