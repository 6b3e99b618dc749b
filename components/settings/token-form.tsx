'use client'

import { Notice } from '@/components/feedback/notice'
import { InputField, SelectField } from '@/components/forms/fields'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { makeToken, type TokenFormState } from '@/lib/auth/token-actions'

/** Makes a bearer token for one of `people`; the answer shows it, and nothing else ever does. */
export function TokenForm({ people, own }: { people: { id: string; name: string }[]; own: string | null }) {
  return (
    <Form action={makeToken} label="Make a token" showResult={false} className="max-w-[44rem]">
      <TokenResult />
      <div className="grid gap-4 sm:grid-cols-[2fr_2fr_1fr]">
        <SelectField name="person" label="For" defaultValue={own ?? people[0]?.id} required>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {visibleText(name)} ({id})
            </option>
          ))}
        </SelectField>
        <InputField
          name="name"
          label="What for"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="nightly report"
        />
        <InputField name="days" label="Days" type="number" required min={1} max={366} step={1} defaultValue="90" />
      </div>
      <div>
        <SubmitButton pendingLabel="Making it" icon="plus">
          Make the token
        </SubmitButton>
      </div>
    </Form>
  )
}

function TokenResult() {
  const state = useFormState() as TokenFormState
  if (state.status !== 'ok' || !state.token) return <FormResult />
  return (
    <Notice live tone="good" title={state.message}>
      <p>Copy it now: it is shown only this once, and only its hash is kept.</p>
      <p className="mt-1">
        <Mono copy>{state.token}</Mono>
      </p>
    </Notice>
  )
}
