'use server'

import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { addFingerprint, addInvestigator } from './mutations'
import { previewKey } from './previews'
import { addSchema, fingerprintSchema, keyInput } from './schema'

/**
 * Adds an investigator from a public key, pasted or as a file: shows first what was understood, then saves. What was pasted
 * is never given back: it may be a private key. The preview holds the cleaned public key alone.
 */
export async function saveInvestigator(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: addSchema,
    formData,
    keep: ['name'],
    run: async (viewer, input) => {
      const key = await keyInput(input)
      if (input.step === 'preview')
        return { message: 'Nothing is stored yet.', detail: await previewKey(viewer, key), unchanged: true }
      const added = await addInvestigator(viewer, { name: input.name, key }, input)
      return {
        message: added.completed
          ? `1 key stored, in the row of ${added.name}.`
          : `1 investigator added: ${added.name}.`,
        values: { id: added.id, fingerprint: added.fingerprint },
      }
    },
  })
}

/** Adds a row with a name and a fingerprint alone, as MIG's documentation does it. */
export async function saveFingerprint(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: fingerprintSchema,
    formData,
    keep: ['name', 'fingerprint'],
    run: async (viewer, input) => {
      const { id, name, fingerprint } = await addFingerprint(viewer, input)
      return { message: `1 investigator added without a key: ${name}.`, values: { id, fingerprint } }
    },
  })
}
