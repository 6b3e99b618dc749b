'use server'

import { z } from 'zod'
import type { FormState } from '@/lib/form-state'
import { parseId } from '@/lib/mig/wire/id'
import { runServerAction } from '@/lib/server-action'
import { createToken, revokeToken } from './token-mutations'

/** What the form for a new token gets: the token itself, this once. */
export type TokenFormState = FormState & { token?: string }

const createSchema = z.object({
  person: z.string({ error: 'Choose whom the token is for.' }).transform((text, context) => {
    const id = parseId(text)
    if (!id) context.addIssue({ code: 'custom', message: 'Choose whom the token is for.' })
    return id ?? z.NEVER
  }),
  name: z.string({ error: 'Say what the token is for.' }),
  days: z
    .string()
    .regex(/^\d{1,3}$/, 'A token is valid for 1 to 366 whole days.')
    .transform(Number),
})

/** Makes a token for a person and hands it over, once. */
export async function makeToken(_state: TokenFormState, formData: FormData): Promise<TokenFormState> {
  let token: string | undefined
  const answer = await runServerAction({
    schema: createSchema,
    formData,
    keep: ['person', 'name', 'days'],
    run: async (viewer, { person, name, days }) => {
      const created = await createToken(viewer, { kind: 'person', investigatorId: person, name, days })
      token = created.secret
      return { message: `1 token made for ${created.person}: ${created.name}.`, values: { expires: created.expires } }
    },
  })
  return token === undefined ? answer : { ...answer, token }
}

const revokeSchema = z.object({ token: z.uuid('This names no token.') })

/** Revokes one token. */
export async function endToken(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: revokeSchema,
    formData,
    run: async (viewer, { token }) => {
      const { name } = await revokeToken(viewer, token)
      return { message: `1 token revoked: ${name}.` }
    },
  })
}
