'use client'

import { SelectField } from '@/components/forms/fields'
import { Form, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Checkbox, FieldError } from '@/components/ui/field'
import { changePerson } from '@/lib/auth/people-actions'

/** A person's role and whether the person is disabled, as the page showed them; one form, so that there is one answer. */
export function PersonForm({
  id,
  fingerprint,
  granted,
  isDisabled,
}: {
  id: string
  fingerprint: string | null
  granted: string | null
  isDisabled: boolean
}) {
  return (
    <Form action={changePerson} label="Role and sign-in">
      <input type="hidden" name="investigator" value={id} />
      <input type="hidden" name="fingerprint" value={fingerprint ?? ''} />
      {fingerprint && <RoleFields granted={granted ?? 'default'} />}
      {isDisabled ? (
        <div>
          <SubmitButton size="sm" kind="secondary" name="change" value="enable">
            Enable
          </SubmitButton>
        </div>
      ) : (
        <DisableFields />
      )}
    </Form>
  )
}

function RoleFields({ granted }: { granted: string }) {
  return (
    <>
      <input type="hidden" name="seen" value={granted} />
      <SelectField
        name="role"
        label="Granted role"
        hint="The person's sessions end, and the new role counts from the next sign-in on."
        defaultValue={granted}
        required
      >
        <option value="default">no grant: the default</option>
        <option value="admin">admin: may write</option>
        <option value="investigator">investigator: may read</option>
        <option value="none">none: may not sign in</option>
      </SelectField>
      <div>
        <SubmitButton size="sm" kind="secondary" name="change" value="role">
          Change the role
        </SubmitButton>
      </div>
    </>
  )
}

/** The box is the question before it. */
function DisableFields() {
  const error = useFormState().fields?.sure
  return (
    <div className="flex flex-col gap-2 border-line border-t pt-4">
      <Checkbox
        name="sure"
        label="End the person’s sessions and revoke all tokens"
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? 'sure-error' : undefined}
      />
      {error && <FieldError id="sure-error">{error}</FieldError>}
      <div>
        <SubmitButton size="sm" kind="danger" name="change" value="disable">
          Disable
        </SubmitButton>
      </div>
    </div>
  )
}
