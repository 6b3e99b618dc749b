import { visibleText } from '@/components/ui/visible-text'
import { type Group, groupKeyText } from '@/lib/mig/agents/groups'
import { readableIssue } from '@/lib/mig/wire/issue'

/** What the rows of a group have in common; a distribution without getty's escapes, which stand on hover. */
export function GroupValue({ group }: { group: Group }) {
  if ('unreadable' in group)
    return <span className="text-muted">{group.unreadable === 'tag' ? 'tags' : 'environment'} that cannot be read</span>
  if (group.value === null) return <span className="text-muted">without any</span>
  if (group.value === '') return <span className="text-muted">empty</span>
  const name = groupKeyText(group.by) === 'env:ident' ? readableIssue(group.value) : group.value
  return <bdi title={name === group.value ? undefined : visibleText(group.value)}>{visibleText(name)}</bdi>
}
