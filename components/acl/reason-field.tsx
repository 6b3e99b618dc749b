'use client'

import { useId } from 'react'
import { useFormState } from '@/components/forms/form'
import { describedBy, Field, Input } from '@/components/ui/field'

/** Why a batch is made; of one cell it may stay empty. `isRequired` lets the browser itself hold an empty one back. */
export function ReasonField({ cells, isRequired }: { cells: number; isRequired?: boolean }) {
  const id = useId()
  const state = useFormState()
  const error = state.fields?.reason
  const hint = cells > 1 ? 'Why these cells change: the audit keeps it with the batch.' : 'Kept in the audit.'
  return (
    <Field id={id} label="Reason" hint={hint} error={error} optional={cells === 1}>
      <Input
        id={id}
        name="reason"
        defaultValue={state.values?.reason ?? ''}
        autoComplete="off"
        maxLength={1000}
        required={isRequired}
        {...describedBy(id, { hint, error })}
      />
    </Field>
  )
}
