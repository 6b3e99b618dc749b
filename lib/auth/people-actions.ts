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

const schema = z.discriminatedUnion(
  'change',
  [
    z.object({ ...person, change: z.literal('role'), role: roleText, seen: roleText }),
    z.object({
      ...person,
      change: z.literal('disable'),
      sure: z.literal('on', { error: 'Tick the box first: sessions end and tokens are revoked.' }),
    }),
    z.object({ ...person, change: z.literal('enable') }),
  ],
  { error: 'Say what to change: the role, or whether the person is disabled.' },
)

/** Changes one person's role, or whether the person is disabled: whichever button was pressed. */
export async function changePerson(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema,
    formData,
    keep: ['role'],
    run: async (viewer, input) => {
      const who = { investigatorId: input.investigator, fingerprint: input.fingerprint }
      switch (input.change) {
        case 'role':
          return said(await setRole(viewer, { ...who, role: input.role, seen: input.seen }), 'The role is changed')
        case 'disable':
          return said(await disablePerson(viewer, who), 'The person is disabled')
        case 'enable':
          return said(await enablePerson(viewer, who), 'The person is enabled')
      }
    },
  })
}

function said({ role, sessionsEnded, tokensRevoked }: PersonChanged, what: string): { message: string } {
  const ended = sessionsEnded > 0 ? ` ${formatCount(sessionsEnded, 'session')} ended.` : ''
  const revoked = tokensRevoked > 0 ? ` ${formatCount(tokensRevoked, 'token')} revoked.` : ''
  return { message: `${what}: ${role} is the role that counts now.${ended}${revoked}` }
}
