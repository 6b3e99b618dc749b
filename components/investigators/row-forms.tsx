'use client'

import { InputField } from '@/components/forms/fields'
import { Form } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { SureFields } from '@/components/forms/sure-fields'
import { remove, rename } from '@/lib/mig/investigators/server-actions'

/** Another name for an investigator; `name` is what the page shows. */
export function RenameForm({ id, name }: { id: string; name: string }) {
  return (
    <Form action={rename} label="Rename">
      <input type="hidden" name="investigator" value={id} />
      <input type="hidden" name="seen" value={name} />
      <InputField
        key={name}
        name="name"
        label="Name"
        hint="What MIG’s tools show; signers are found by fingerprint."
        defaultValue={name}
        required
        maxLength={1024}
        autoComplete="off"
      />
      <div>
        <SubmitButton size="sm" kind="secondary" pendingLabel="Saving">
          Rename
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Removes a row that nothing refers to; the box is the question before it. */
export function RemoveForm({ id, fingerprint }: { id: string; fingerprint: string }) {
  return (
    <Form action={remove} label="Remove">
      <input type="hidden" name="investigator" value={id} />
      <input type="hidden" name="fingerprint" value={fingerprint} />
      <SureFields label="Remove the row: it does not come back" />
    </Form>
  )
}
