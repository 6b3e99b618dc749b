'use client'

import { SelectField } from '@/components/forms/fields'
import { Form } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Checkbox } from '@/components/ui/field'
import { changeRole, disableInvestigator, enableInvestigator } from '@/lib/auth/people-actions'

type Who = { id: string; fingerprint: string | null }

/** Whom the form is about, as the page showed them. */
function WhoFields({ who }: { who: Who }) {
  return (
    <>
      <input type="hidden" name="investigator" value={who.id} />
      <input type="hidden" name="fingerprint" value={who.fingerprint ?? ''} />
    </>
  )
}

/** Grants a role or takes the granted one back. */
export function RoleForm({ who, granted }: { who: Who; granted: string | null }) {
  return (
    <Form action={changeRole} label="Change the role">
      <WhoFields who={who} />
      <input type="hidden" name="seen" value={granted ?? 'default'} />
      <SelectField
        key={granted ?? 'default'}
        name="role"
        label="Granted role"
        hint="The person's sessions end, and the new role counts from the next sign-in on."
        defaultValue={granted ?? 'default'}
        required
      >
        <option value="default">no grant: the default</option>
        <option value="admin">admin: may write</option>
        <option value="investigator">investigator: may read</option>
        <option value="none">none: may not sign in</option>
      </SelectField>
      <div>
        <SubmitButton size="sm" kind="secondary" pendingLabel="Changing it">
          Change the role
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Takes sign-in and tokens away; the box is the question before it. */
export function DisableForm({ who }: { who: Who }) {
  return (
    <Form action={disableInvestigator} label="Disable the person" className="gap-2">
      <WhoFields who={who} />
      <Checkbox name="sure" required label="End the person’s sessions and revoke all tokens" />
      <div>
        <SubmitButton size="sm" kind="danger" pendingLabel="Disabling">
          Disable
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Undoes disabling. */
export function EnableForm({ who }: { who: Who }) {
  return (
    <Form action={enableInvestigator} label="Enable the person">
      <WhoFields who={who} />
      <div>
        <SubmitButton size="sm" kind="secondary" pendingLabel="Enabling">
          Enable
        </SubmitButton>
      </div>
    </Form>
  )
}
