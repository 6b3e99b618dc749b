import Link from 'next/link'
import { Icon } from '@/components/ui/icon'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import type { StoredMinimum, StoredWeight } from '@/lib/mig/acl/search-params'

type Named = { id: string; name: string }
type Filters = { rule?: StoredMinimum[]; weight?: StoredWeight[] }

const nameOf = (all: readonly Named[], id: string) => visibleText(all.find((one) => one.id === id)?.name ?? id)
const valueWords = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** The stored values that a list's endpoints are narrowed to, each with a link that leaves it out. */
export function StoredChips<F>({
  list,
  params,
  modules,
  people = [],
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  modules: readonly Named[]
  people?: readonly Named[]
}) {
  const { rule = [], weight = [] } = params.filters as Filters
  const chips = [
    ...rule.map(({ module, minimum }, i) => ({
      filter: 'rule',
      i,
      label: `minimum of ${nameOf(modules, module)}: ${valueWords(minimum)}`,
    })),
    ...weight.map(({ investigator, module, weight: value }, i) => ({
      filter: 'weight',
      i,
      label: `weight of ${nameOf(people, investigator)} for ${nameOf(modules, module)}: ${valueWords(value)}`,
    })),
  ]
  if (chips.length === 0) return null
  return (
    <ul aria-label="Endpoints that have stored" className="flex flex-wrap gap-2 pt-2 text-sm">
      {chips.map(({ filter, i, label }) => {
        const others = (params.given[filter] ?? []).filter((_, n) => n !== i)
        return (
          <li
            key={`${filter} ${label}`}
            className="flex items-center rounded-full border border-line-strong bg-surface pl-3"
          >
            <bdi className="max-w-96 truncate">{label}</bdi>
            <Link
              href={list.href(params, { filters: { [filter]: others.length ? others : null } })}
              prefetch={false}
              aria-label={`Leave out: ${label}`}
              className="inline-flex size-7 items-center justify-center rounded-full text-muted hover:text-ink"
            >
              <Icon name="x" className="size-3.5" />
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
