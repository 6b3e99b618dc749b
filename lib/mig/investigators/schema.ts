import { z } from 'zod'
import { parseId } from '@/lib/mig/wire/id'

const MAX_NAME = 1024

const nameText = z
  .string()
  .transform((name) => name.trim())
  .refine((name) => [...name].length <= MAX_NAME, `A name has at most ${MAX_NAME} characters.`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'A name is one line without control characters.')

const ticked = z
  .string()
  .optional()
  .transform((box) => box === 'on')

/** A key as a form sends it: pasted text, or else a file. Which of them is read tells `keyInput`. */
const keyFields = {
  armoredKey: z.string().optional().default(''),
  file: z.instanceof(Blob).optional(),
}

/** First look, then save: both buttons of one form. */
const step = z.enum(['preview', 'save'], { error: 'Press one of the form’s buttons.' }).optional().default('save')

/** The form of "add an investigator". An empty name is proposed from the key's user id. */
export const addSchema = z.object({
  name: nameText.optional().default(''),
  ...keyFields,
  step,
  complete: ticked,
  anyway: ticked,
})

const investigatorId = z.string().transform((text, context) => {
  const id = parseId(text)
  if (!id) context.addIssue({ code: 'custom', message: 'This names no investigator.' })
  return id ?? z.NEVER
})

/** The form that stores another key; fingerprint and digest are those that the page showed. */
export const replaceSchema = z.object({
  investigator: investigatorId,
  fingerprint: z.string(),
  digest: z.string(),
  /** Whether the page showed the person as disabled: 1, or empty. */
  disabled: z.string().transform((text) => text === '1'),
  ...keyFields,
  step,
  anyway: ticked,
})

/** The form of another name. */
export const renameSchema = z.object({
  investigator: investigatorId,
  seen: z.string(),
  name: nameText.refine((name) => name !== '', 'Type a name.'),
})

/** The form that removes a row. */
export const removeSchema = z.object({
  investigator: investigatorId,
  fingerprint: z.string(),
  sure: z.literal('on', { error: 'Tick the box first: a removed row does not come back.' }),
})

/** The form of a keyring file: a box `take-FINGERPRINT` for each key that is to be imported. */
export const importSchema = z
  .object({ ...keyFields, step })
  .catchall(z.unknown())
  .transform((form) => ({
    armoredKey: form.armoredKey,
    file: form.file,
    step: form.step,
    taken: new Set(
      Object.entries(form).flatMap(([name, value]) =>
        value === 'on' && /^take-[0-9A-F]{40,64}$/.test(name) ? [name.slice('take-'.length)] : [],
      ),
    ),
  }))

/** What was given as a key: the text when there is some, else the file's bytes; empty text when there is neither. */
export async function keyInput({
  armoredKey,
  file,
}: {
  armoredKey: string
  file?: Blob
}): Promise<string | Uint8Array> {
  if (armoredKey.trim() !== '' || !file || file.size === 0) return armoredKey
  return new Uint8Array(await file.arrayBuffer())
}

/** The form of a row with a fingerprint alone. */
export const fingerprintSchema = z.object({
  name: nameText.refine((name) => name !== '', 'Type a name.'),
  fingerprint: z
    .string()
    .transform((text) =>
      text
        .replace(/^\s*0x/i, '')
        .replace(/[\s:]/g, '')
        .toUpperCase(),
    )
    .refine(
      (text) => /^[0-9A-F]{40}$/.test(text),
      'A fingerprint has 40 hexadecimal digits: gpg --fingerprint prints them. A short key id is not enough.',
    ),
})

export type FingerprintInput = z.infer<typeof fingerprintSchema>
