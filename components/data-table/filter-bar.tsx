import Link from 'next/link'
import { type ReactNode, useId } from 'react'
import { Button, buttonClass } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { inputClass } from '@/components/ui/field'
import { Icon } from '@/components/ui/icon'
import { cn } from '@/lib/cn'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { HiddenParams } from './hidden-params'

/** A list's filters as one GET form: works without scripts, the URL holds the state; `names` are the filters that the fields inside set. */
export function FilterBar<F>({
  list,
  params,
  names,
  children,
  path = list.path,
  keep = [],
  isInside = false,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  names: string[]
  children: ReactNode
  path?: string
  /** Filters that stay when all others are cleared. */
  keep?: string[]
  /** Whether the form lies inside of what is folded already. */
  isInside?: boolean
}) {
  const kept = Object.fromEntries(Object.entries(params.given).filter(([name]) => keep.includes(name)))
  const filtered = Object.keys(params.given).length > Object.keys(kept).length
  return (
    <search className="print:hidden">
      {/* The key: fields keep what was typed over a soft navigation, so "Clear filters" would leave them filled. */}
      <form key={JSON.stringify(params.given)} action={path} className="flex flex-wrap items-end gap-2">
        <HiddenParams list={list} params={params} except={names} />
        <Folded isOpen={filtered} when={names.length > 2 && !isInside}>
          {children}
          <Button type="submit">Filter</Button>
          {filtered && (
            <Link
              href={list.href({ ...params, given: kept }, {}, path)}
              className="inline-flex h-8 items-center px-2 text-accent text-xs hover:underline"
            >
              Clear filters
            </Link>
          )}
        </Folded>
      </form>
    </search>
  )
}

/** A form's fields, which on a phone lie behind a switch, so that the list begins on the first screen; without scripts. */
export function Folded({ isOpen, when = true, children }: { isOpen: boolean; when?: boolean; children: ReactNode }) {
  const id = useId()
  if (!when) return children
  return (
    <>
      <input type="checkbox" id={id} data-fold defaultChecked={isOpen} className="peer sr-only sm:hidden" />
      <label
        htmlFor={id}
        className={buttonClass(
          {},
          'peer-checked:bg-hover peer-focus-visible:outline-2 outline-accent outline-offset-2 sm:hidden',
        )}
      >
        <Icon name="filter" className="size-4" />
        Filters
      </label>
      <div className="hidden flex-wrap items-end gap-2 peer-checked:flex max-sm:w-full sm:contents">{children}</div>
    </>
  )
}

/** Filters that few need, one click away; open when one of them is set. */
export function MoreFilters({ label, open, children }: { label: string; open: boolean; children: ReactNode }) {
  return (
    <Disclosure summary={label} open={open} className="open:order-last open:w-full">
      <div className="flex flex-wrap items-end gap-2 pb-1">{children}</div>
    </Disclosure>
  )
}

/** A filter's field in the bar; on a phone two share a line. */
export const filterField = 'flex flex-col gap-1 text-muted text-xs max-sm:min-w-36 max-sm:flex-1'

/** A text filter's field. */
export function TextField({
  name,
  label,
  value,
  width = 'w-44',
}: {
  name: string
  label: string
  value?: string
  width?: string
}) {
  return (
    <label className={cn(filterField, width)}>
      {label}
      <input type="search" name={name} defaultValue={value ?? ''} className={inputClass} autoComplete="off" />
    </label>
  )
}

const PAIR_LABELS = {
  tag: ['Tag, key or key=value', 'and tag'],
  env: ['Environment, key or key=value', 'and environment'],
} as const

/** A field for each `key=value` that is asked of a row's tags or environment, and one for a further one. */
export function PairFields({
  name,
  given = [],
  width,
}: {
  name: 'tag' | 'env'
  given?: readonly string[]
  width?: string
}) {
  return [...given, ''].map((value, i) => (
    <TextField
      key={`${name} ${value}`}
      name={name}
      label={PAIR_LABELS[name][i === 0 ? 0 : 1]}
      value={value}
      width={width}
    />
  ))
}

/** A filter with a closed list of values; the empty choice is "any". */
export function ChoiceField({
  name,
  label,
  value,
  options,
  any = 'any',
}: {
  name: string
  label: string
  value?: string
  options: { value: string; label: string }[]
  any?: string | null
}) {
  return (
    <label className={filterField}>
      {label}
      <select name={name} defaultValue={value ?? ''} className={cn(inputClass, 'sm:w-auto')}>
        {any !== null && <option value="">{any}</option>}
        {/* Several values at once come by a link; sending the form again must not drop them. */}
        {value && !options.some((option) => option.value === value) && (
          <option value={value}>
            {value
              .split(',')
              .map((one) => options.find((o) => o.value === one)?.label ?? one)
              .join(' or ')}
          </option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A filter by a moment in UTC, to the second. */
export function MomentField({ name, label, value }: { name: string; label: string; value?: string }) {
  return (
    <label className={filterField}>
      {label}
      <input
        type="datetime-local"
        name={name}
        step={1}
        defaultValue={value?.slice(0, 19) ?? ''}
        className={cn(inputClass, 'sm:w-auto')}
      />
    </label>
  )
}
