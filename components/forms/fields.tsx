'use client'

import { type ComponentProps, type ReactNode, useId } from 'react'
import { describedBy, Field, Input, Select, Textarea } from '../ui/field'
import { useFormState } from './form'

type Common = { name: string; label: ReactNode; hint?: ReactNode; defaultValue?: string }

function useField(name: string, hint: ReactNode, defaultValue: string | undefined) {
  const state = useFormState()
  const id = useId()
  const error = state.fields?.[name]
  return { id, error, value: state.values?.[name] ?? defaultValue, described: describedBy(id, { hint, error }) }
}

/** A line of text with label, hint, error and the typed value after a refusal. */
export function InputField({
  name,
  label,
  hint,
  defaultValue,
  ...rest
}: Common & Omit<ComponentProps<'input'>, keyof Common>) {
  const field = useField(name, hint, defaultValue)
  return (
    <Field id={field.id} label={label} hint={hint} error={field.error} optional={!rest.required}>
      <Input id={field.id} name={name} defaultValue={field.value} {...field.described} {...rest} />
    </Field>
  )
}

/** Several lines of text; `mono` for keys and JSON. */
export function TextareaField({
  name,
  label,
  hint,
  defaultValue,
  ...rest
}: Common & Omit<ComponentProps<typeof Textarea>, keyof Common>) {
  const field = useField(name, hint, defaultValue)
  return (
    <Field id={field.id} label={label} hint={hint} error={field.error} optional={!rest.required}>
      <Textarea id={field.id} name={name} defaultValue={field.value} {...field.described} {...rest} />
    </Field>
  )
}

/** A choice; the children are the options. */
export function SelectField({
  name,
  label,
  hint,
  defaultValue,
  ...rest
}: Common & Omit<ComponentProps<'select'>, keyof Common>) {
  const field = useField(name, hint, defaultValue)
  return (
    <Field id={field.id} label={label} hint={hint} error={field.error} optional={!rest.required}>
      <Select key={field.value} id={field.id} name={name} defaultValue={field.value} {...field.described} {...rest} />
    </Field>
  )
}
