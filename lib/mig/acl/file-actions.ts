'use server'

import { z } from 'zod'
import type { FormState } from '@/lib/form-state'
import { formatCount } from '@/lib/format'
import { parseId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import { type Outcome, runServerAction } from '@/lib/server-action'
import { ACL_FILE_LIMIT } from './agent-file'
import { compareAclFile } from './file-records'
import type { FileOf } from './files'

const AGAIN = 'The form does not say what the file is compared with. Open the page again.'

const schema = z
  .object({
    agent: z.string().optional(),
    group: z.string().optional(),
    text: z.string().optional().default(''),
    file: z.instanceof(Blob).optional(),
  })
  .transform(({ agent, group, text, file }, context): { of: FileOf; text: string; file: Blob | null } => {
    const id = parseId(agent ?? '')
    const of = id ? { agent: id } : /^[0-9a-f]{32}$/.test(group ?? '') ? { group: group as string } : null
    if (!of) context.addIssue(AGAIN)
    const given = file && file.size > 0 ? file : null
    if (!given && text.trim() === '')
      context.addIssue({ code: 'custom', path: ['text'], message: 'Choose the agent’s file, or paste its text.' })
    if (given && given.size > ACL_FILE_LIMIT)
      context.addIssue({
        code: 'custom',
        path: ['file'],
        message: 'The file is larger than 4 MB: it is no ACL of MIG.',
      })
    return of ? { of, text, file: given } : z.NEVER
  })

/** Compares an agent's file, chosen or pasted, with what the tables say of an endpoint or of all endpoints with one ACL. */
export async function compareFile(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema,
    formData,
    run: async (viewer, { of, text, file }): Promise<Outcome> => {
      const found = await compareAclFile(viewer, of, file ? await file.text() : text, await now())
      const message =
        found.differing === 0
          ? 'The file says what the tables say.'
          : `${formatCount(found.differing, 'difference')} between the file and the tables.`
      return { message, detail: found }
    },
  })
}
