import { StateField } from '@/components/agents/state-field'
import { ChoiceField, TextField } from '@/components/data-table/filter-bar'
import { Button, LinkButton } from '@/components/ui/button'
import type { ListParams } from '@/lib/list-params'
import type { Asked } from '@/lib/mig/acl/asked'
import type { Person } from '@/lib/mig/acl/endpoints'
import { RULE_BOOK_WORDS, RULE_BOOKS } from '@/lib/mig/acl/rule-books'
import { whatIfList } from '@/lib/mig/acl/search-params'
import type { Module } from '@/lib/mig/modules/queries'
import { NumberedChoices } from './numbered-choices'

/** The question as one GET form: who signs, what runs, under which rule book, on which endpoints. */
export function WhatIfForm({
  params,
  people,
  modules,
  asked,
}: {
  params: ListParams<(typeof whatIfList)['filters']>
  people: readonly Person[]
  modules: readonly Module[]
  asked: Asked | null
}) {
  const { filters, given } = params
  const action = asked?.action
  return (
    <search className="no-print">
      <form key={JSON.stringify(given)} action={whatIfList.path} className="flex flex-col gap-3">
        {filters.action && <input type="hidden" name="action" value={filters.action.id} />}
        <div className="grid gap-3 md:grid-cols-2">
          <NumberedChoices
            legend="Who signs"
            hint="A field for each signature. Agents of 2019 refuse a key that signed twice, those of 2014 a second signature."
            name="signer"
            place="Signature"
            choices={people.map((p) => ({ id: p.id, label: p.name, note: p.disabled ? '(disabled)' : undefined }))}
            chosen={filters.signer ?? []}
            own={action ? 'as the action' : undefined}
          />
          <NumberedChoices
            legend="What runs"
            hint="In this order: agents of 2014 check the first operation only."
            name="module"
            place="Module"
            choices={modules.map((m) => ({ id: m.id, label: m.name, note: m.twin ? `(${m.id})` : undefined }))}
            chosen={filters.module ?? []}
            own={action ? 'as the action' : undefined}
          />
        </div>
        <div className="flex flex-wrap items-end gap-2">
          <ChoiceField
            name="book"
            label="Rule book"
            any={null}
            value={filters.book}
            options={RULE_BOOKS.map((value) => ({ value, label: RULE_BOOK_WORDS[value].label }))}
          />
          <TextField name="name" label="Endpoint's name" value={filters.name} />
          <TextField name="os" label="System" value={filters.os} width="w-28" />
          <StateField given={given.state} />
          <Button type="submit" kind="primary">
            Judge the fleet
          </Button>
          {Object.keys(given).length > 0 && (
            <LinkButton kind="quiet" href={whatIfList.path}>
              Ask anew
            </LinkButton>
          )}
        </div>
      </form>
    </search>
  )
}
