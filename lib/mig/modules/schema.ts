import { z } from 'zod'
import { parseId } from '@/lib/mig/wire/id'
import { LONGEST_MODULE_NAME } from './name'

const moduleId = z.string().transform((text, context) => {
  const id = parseId(text)
  if (!id) context.addIssue({ code: 'custom', message: 'This names no module. Open the page again.' })
  return id ?? z.NEVER
})

const name = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => text !== '', 'Type the name by which agents know the module, such as filechecker.')
  .refine(
    (text) => [...text].length <= LONGEST_MODULE_NAME,
    `A module's name has at most ${LONGEST_MODULE_NAME} characters.`,
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'A name is one line without control characters.')

const ticked = z
  .string()
  .optional()
  .transform((box) => box === 'on')

/** The form of a new module. */
export const addModuleSchema = z.object({ name })

/** The form of another name; `seen` is the one that the page showed. */
export const renameModuleSchema = z.object({ module: moduleId, seen: z.string(), name, sure: ticked })

/** The form that removes a module. */
export const removeModuleSchema = z.object({
  module: moduleId,
  seen: z.string(),
  sure: z.literal('on', { error: 'Tick the box first: a removed module does not come back under its id.' }),
})

/** The form that marks a module as sensitive, or takes the mark away; it says what it makes of it. */
export const markModuleSchema = z.object({ module: moduleId, mark: z.enum(['on', 'off']) })

export type RenameInput = z.infer<typeof renameModuleSchema>
