'use server'

import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { addInvestigator } from './mutations'
import { addSchema } from './schema'

/** Adds an investigator from a pasted public key. The pasted text is never given back: it may be a private key. */
export async function saveInvestigator(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: addSchema,
    formData,
    keep: ['name'],
    run: async (viewer, input) => {
      const added = await addInvestigator(viewer, input, { complete: input.complete })
      return {
        message: added.completed
          ? `1 key stored, in the row of ${added.name}.`
          : `1 investigator added: ${added.name}.`,
        values: { id: added.id, fingerprint: added.fingerprint },
      }
    },
  })
}
