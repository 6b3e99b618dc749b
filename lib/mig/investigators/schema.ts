import { z } from 'zod'

const MAX_NAME = 1024
// Twice the column's size: the sentence about the limit is the key reader's, which knows what is around the key.
const MAX_PASTE = 1_000_000

/** The form of "add an investigator". An empty name is proposed from the key's user id. */
export const addSchema = z.object({
  name: z
    .string()
    .optional()
    .default('')
    .transform((name) => name.trim())
    .refine((name) => [...name].length <= MAX_NAME, `A name has at most ${MAX_NAME} characters.`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), 'A name is one line without control characters.'),
  armoredKey: z
    .string({ error: 'There is no key: paste the armored public key, from its BEGIN line to its END line.' })
    .max(MAX_PASTE, 'The pasted text is far larger than a key: 64 KiB is all that the database holds.'),
  complete: z
    .string()
    .optional()
    .transform((box) => box === 'on'),
})

export type AddInput = z.infer<typeof addSchema>
