'use client'

import { useId } from 'react'
import { Form, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Button, LinkButton } from '@/components/ui/button'
import { Checkbox, describedBy, Field, Input } from '@/components/ui/field'
import { saveMinimumWeight, saveWeight } from '@/lib/mig/acl/server-actions'
import { ReasonField } from './reason-field'

/** The fields that a cell's form shows and sends; `stored` is what the person sees, which the write is conditional on. */
export type CellFields = {
  agent: string
  module: string
  investigator: string | null
  stored: number | null
  title: string
  where: string
  closeHref: string
}

/** Sets one minimum or weight, or takes its rule away. Works before scripts have loaded. */
export function CellForm(cell: CellFields) {
  const { agent, module, investigator, stored, title, where, closeHref } = cell
  return (
    <Form action={investigator === null ? saveMinimumWeight : saveWeight} label={title} className="max-w-[36rem] gap-3">
      <div id="cell-form" className="scroll-mt-20">
        <p className="font-medium">{title}</p>
        <p className="text-muted text-xs wrap-anywhere">{where}</p>
      </div>
      <input type="hidden" name="agent" value={agent} />
      <input type="hidden" name="module" value={module} />
      {investigator !== null && <input type="hidden" name="investigator" value={investigator} />}
      <input type="hidden" name="seen" value={stored ?? ''} />
      <WeightField stored={stored} isMinimum={investigator === null} />
      <ReasonField cells={1} />
      <LockoutBox />
      <div className="flex flex-wrap items-center gap-2">
        <SubmitButton pendingLabel="Saving" name="intent" value="set">
          Save
        </SubmitButton>
        {stored !== null && (
          <Button type="submit" name="intent" value="remove" icon="trash" formNoValidate>
            Remove the rule
          </Button>
        )}
        <LinkButton kind="quiet" href={closeHref} scroll={false}>
          Close
        </LinkButton>
      </div>
    </Form>
  )
}

/** The confirmation that the answer asks for: the change would take the last sufficient signers away. */
export function LockoutBox() {
  const { detail } = useFormState()
  if (!(detail && typeof detail === 'object' && 'confirm' in detail)) return null
  return (
    <Checkbox
      name="confirm"
      value={String(detail.confirm)}
      label="Save it all the same: nobody will be able to run that there, and the audit says that I knew."
    />
  )
}

function WeightField({ stored, isMinimum }: { stored: number | null; isMinimum: boolean }) {
  const id = useId()
  const state = useFormState()
  const error = state.fields?.weight
  const label = isMinimum ? 'Minimum weight' : 'Weight'
  const hint = `${stored === null ? 'No rule is stored, which is not 0.' : `${stored} is stored.`} ${
    isMinimum ? 'Below 1 agents refuse everything.' : 'It may be 0 or negative.'
  }`
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <div className="w-40">
        <Input
          id={id}
          name="weight"
          key={stored ?? 'none'}
          defaultValue={state.values?.weight ?? stored ?? ''}
          inputMode="numeric"
          autoComplete="off"
          autoFocus
          className="tabular-nums"
          {...describedBy(id, { hint, error })}
        />
      </div>
    </Field>
  )
}
