import Link from 'next/link'
import { Icon } from '@/components/ui/icon'
import { visibleText } from '@/components/ui/visible-text'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { type Group, groupKeyLabel, groupText } from '@/lib/mig/agents/groups'

/** A group in words: "system: linux", "without tag operator". */
function groupLabel(group: Group): string {
  if ('unreadable' in group) return `${group.unreadable === 'tag' ? 'tags' : 'environment'} that cannot be read`
  const label = visibleText(groupKeyLabel(group.by))
  if (group.value === null) return `without ${label}`
  return `${label}: ${group.value === '' ? 'empty' : visibleText(group.value)}`
}

/** The groups that a list is narrowed to, each with a link that leaves it out. */
export function GroupChips<F extends { in: unknown }>({
  list,
  params,
  groups,
}: {
  list: ListDefinition<F>
  params: ListParams<F>
  groups: readonly Group[]
}) {
  if (groups.length === 0) return null
  return (
    <ul aria-label="In the groups" className="flex flex-wrap gap-2 text-sm">
      {groups.map((group) => {
        const text = groupText(group)
        const others = groups.map(groupText).filter((one) => one !== text)
        return (
          <li key={text} className="flex items-center rounded-full border border-line-strong bg-surface pl-3">
            <bdi className="max-w-96 truncate">{groupLabel(group)}</bdi>
            <Link
              href={list.href(params, { filters: { in: others.length ? others : null } })}
              prefetch={false}
              aria-label={`Leave out: ${groupLabel(group)}`}
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
