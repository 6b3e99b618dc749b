'use server'

import { z } from 'zod'
import type { FormState } from '@/lib/form-state'
import { formatCount } from '@/lib/format'
import { parseId } from '@/lib/mig/wire/id'
import { runServerAction } from '@/lib/server-action'
import { disablePerson, enablePerson, type PersonChanged, setRole } from './people'
import { ROLES } from './rules'

const person = {
  investigator: z.string().transform((text, context) => {
    const id = parseId(text)
    if (!id) context.addIssue({ code: 'custom', message: 'This names no investigator.' })
    return id ?? z.NEVER
  }),
  /** What the page showed; empty for none. */
  fingerprint: z.string().transform((text) => text || null),
}

// The default is no role of its own: it takes a granted one back.
const roleText = z
  .enum([...ROLES, 'default'], { error: 'Choose a role.' })
  .transform((role) => (role === 'default' ? null : role))

const roleSchema = z.object({ ...person, role: roleText, seen: roleText })
const enableSchema = z.object(person)
const disableSchema = z.object({
  ...person,
  sure: z.literal('on', { error: 'Tick the box first: sessions end and tokens are revoked.' }),
})

/** Grants a role, or takes the granted one back. */
export async function changeRole(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: roleSchema,
    formData,
    keep: ['role'],
    run: async (viewer, { investigator, fingerprint, role, seen }) =>
      said(await setRole(viewer, { investigatorId: investigator, fingerprint, role, seen }), 'The role is changed'),
  })
}

/** Takes sign-in and tokens away. */
export async function disableInvestigator(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: disableSchema,
    formData,
    run: async (viewer, { investigator, fingerprint }) =>
      said(await disablePerson(viewer, { investigatorId: investigator, fingerprint }), 'The person is disabled'),
  })
}

/** Undoes disabling. */
export async function enableInvestigator(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: enableSchema,
    formData,
    run: async (viewer, { investigator, fingerprint }) =>
      said(await enablePerson(viewer, { investigatorId: investigator, fingerprint }), 'The person is enabled'),
  })
}

function said({ role, sessionsEnded, tokensRevoked }: PersonChanged, what: string): { message: string } {
  const ended = sessionsEnded > 0 ? ` ${formatCount(sessionsEnded, 'session')} ended.` : ''
  const revoked = tokensRevoked > 0 ? ` ${formatCount(tokensRevoked, 'token')} revoked.` : ''
  return { message: `${what}: ${role} is the role that counts now.${ended}${revoked}` }
}
