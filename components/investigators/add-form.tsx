'use client'

import { Notice } from '@/components/feedback/notice'
import { InputField, TextareaField } from '@/components/forms/fields'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Checkbox } from '@/components/ui/field'
import { Fingerprint } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { saveInvestigator } from '@/lib/mig/investigators/server-actions'

/** Adds an investigator from a pasted public key. What was pasted is never given back by the server. */
export function AddInvestigatorForm() {
  return (
    <Form action={saveInvestigator} label="Add an investigator" showResult={false} className="max-w-[44rem]">
      <AddResult />
      <TextareaField
        name="armoredKey"
        label="Armored public key"
        hint="From gpg --armor --export NAME. The fingerprint is computed from it; text around the key does no harm. At most 64 KiB."
        mono
        required
        rows={14}
        spellCheck={false}
        autoComplete="off"
        placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
      />
      <InputField
        name="name"
        label="Name"
        hint="Left empty, the name in the key's user id is taken."
        maxLength={1024}
        autoComplete="off"
      />
      <Checkbox
        name="complete"
        label="If the fingerprint is known without a key, store the key there"
        hint="The row keeps its id and its name. Left out, a known fingerprint is refused."
      />
      <div>
        <SubmitButton pendingLabel="Checking the key" icon="plus">
          Add the investigator
        </SubmitButton>
      </div>
    </Form>
  )
}

function AddResult() {
  const state = useFormState()
  if (state.status !== 'ok') return <FormResult />
  const { id, fingerprint } = state.values ?? {}
  return (
    <Notice live tone="good" title={state.message}>
      Fingerprint {fingerprint && <Fingerprint copy>{fingerprint}</Fingerprint>}.{' '}
      {id && <TextLink href={`/investigators/${id}`}>Look at the row</TextLink>} or{' '}
      {id && <TextLink href={`/acl/permissions?investigator=${id}`}>set weights</TextLink>}: without any, this person
      may run nothing.
    </Notice>
  )
}
