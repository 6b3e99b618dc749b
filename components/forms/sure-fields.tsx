'use client'

import { Checkbox, FieldError } from '@/components/ui/field'
import { useFormState } from './form'
import { SubmitButton } from './submit-button'

/** The box that asks "sure?" before something goes for good, and the button; `label` says what goes. */
export function SureFields({ label }: { label: string }) {
  const error = useFormState().fields?.sure
  return (
    <>
      <Checkbox
        name="sure"
        label={label}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? 'sure-error' : undefined}
      />
      {error && <FieldError id="sure-error">{error}</FieldError>}
      <div>
        <SubmitButton size="sm" kind="danger" pendingLabel="Removing">
          Remove
        </SubmitButton>
      </div>
    </>
  )
}
