'use server'

import { redirect } from 'next/navigation'
import { AppError } from '@/lib/errors'
import type { FormState } from '@/lib/form-state'
import { formatCount } from '@/lib/format'
import { type Outcome, runServerAction } from '@/lib/server-action'
import { type KeyReplaced, replaceKey as replace } from './key-mutations'
import { addFingerprint, addInvestigator, importKeys } from './mutations'
import { previewKey, previewKeyring, previewReplacement } from './previews'
import { removeInvestigator, renameInvestigator } from './row-mutations'
import {
  addSchema,
  fingerprintSchema,
  importSchema,
  keyInput,
  removeSchema,
  renameSchema,
  replaceSchema,
} from './schema'

/**
 * Adds an investigator from a public key, pasted or as a file: shows first what was understood, then saves. What was pasted
 * is never given back: it may be a private key. The preview holds the cleaned public key alone.
 */
export async function saveInvestigator(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: addSchema,
    formData,
    keep: ['name'],
    run: async (viewer, input): Promise<Outcome> => {
      const key = await keyInput(input)
      if (input.step === 'preview') {
        const detail = await previewKey(viewer, key)
        return { message: 'Nothing is stored yet.', values: { name: detail.name }, detail, unchanged: true }
      }
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

/**
 * Imports the keys of a keyring file that were chosen, after a look at each of them. The file is never given back: what the
 * preview holds are the cleaned public keys.
 */
export async function importKeyring(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: importSchema,
    formData,
    run: async (viewer, input) => {
      const rows = await previewKeyring(viewer, await keyInput(input))
      if (input.step === 'preview') return { message: 'Nothing is stored yet.', detail: rows, unchanged: true }
      if (input.taken.size === 0) throw new AppError('invalid', 'Choose at least one key. Nothing was imported.')
      const chosen = rows.flatMap(({ key, name }) =>
        key && input.taken.delete(key.fingerprint) ? [{ name, key: key.armored }] : [],
      )
      const { added, completed } = await importKeys(viewer, chosen)
      const filled = completed > 0 ? `, ${formatCount(completed, 'key')} stored in rows that had none` : ''
      return { message: `${formatCount(added, 'investigator')} added${filled}.` }
    },
  })
}

/** Stores another key for a person, after a look at what that changes. What was pasted is never given back. */
export async function replaceKey(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: replaceSchema,
    formData,
    run: async (viewer, input) => {
      const key = await keyInput(input)
      if (input.step === 'preview')
        return {
          message: 'Nothing is stored yet.',
          detail: await previewReplacement(viewer, input.investigator, key),
          unchanged: true,
        }
      const { fingerprint, digest, disabled, investigator: investigatorId } = input
      const done = await replace(viewer, { investigatorId, fingerprint, digest, disabled }, key, input)
      return { message: replacedText(done), values: { id: done.id, audit: done.auditId } }
    },
  })
}

function replacedText({ kind, name, id, weightsCopied, sessionsEnded, tokensRevoked }: KeyReplaced): string {
  const ended = [
    sessionsEnded > 0 ? ` ${formatCount(sessionsEnded, 'session')} ended.` : '',
    tokensRevoked > 0 ? ` ${formatCount(tokensRevoked, 'token')} revoked.` : '',
  ].join('')
  return kind === 'rotate'
    ? `${name} has a new key, in row ${id}: ${formatCount(weightsCopied, 'weight')} copied, the old row is disabled.${ended}`
    : `1 key stored, in the row of ${name}.${ended}`
}

/** Gives an investigator another name. */
export async function rename(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: renameSchema,
    formData,
    keep: ['name'],
    run: async (viewer, { investigator, seen, name }) => {
      await renameInvestigator(viewer, { investigatorId: investigator, seen, name })
      return { message: `1 investigator renamed: ${name}.` }
    },
  })
}

/** Removes a row that nothing refers to, and leads to the list. */
export async function remove(_state: FormState, formData: FormData): Promise<FormState> {
  const state = await runServerAction({
    schema: removeSchema,
    formData,
    run: async (viewer, { investigator, fingerprint }) => {
      const { name } = await removeInvestigator(viewer, { investigatorId: investigator, fingerprint })
      return { message: `1 investigator removed: ${name}.` }
    },
  })
  if (state.status === 'ok') redirect('/investigators')
  return state
}
