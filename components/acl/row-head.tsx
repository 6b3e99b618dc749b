import { StateBadge } from '@/components/agents/state-badge'
import { Badge } from '@/components/ui/badge'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatUtc } from '@/lib/format'
import type { KnownFile } from '@/lib/mig/acl/file-states'
import { aclFileView } from '@/lib/mig/acl/search-params'
import type { GridRow } from './grid/grid-data'

/** The head of a row of a matrix: an endpoint with system, state and what is odd about its rules, or an investigator. */
export function RowHead({ row, tabIndex }: { row: GridRow; tabIndex?: number }) {
  if (row.locked)
    return (
      <TextLink href={`/acl/requirements?agent=${row.id}`} tabIndex={tabIndex} className="font-medium">
        {row.name}
      </TextLink>
    )
  if (row.kind === 'person')
    return (
      <span className="flex items-center gap-2">
        <TextLink href={`/investigators/${row.id}`} tabIndex={tabIndex} className="min-w-0 truncate">
          <bdi>{visibleText(row.name)}</bdi>
        </TextLink>
        {row.disabled && <Badge title="Disabled: counts 0">disabled</Badge>}
      </span>
    )
  return (
    <span className="flex items-center gap-2">
      {/* The system has its place on the same line, or none: what does not fit wraps out of sight. */}
      <span className="flex h-6 min-w-0 flex-1 flex-wrap gap-x-2 overflow-hidden leading-6 print:h-auto print:leading-normal">
        <TextLink
          href={`/agents/${row.id}`}
          title={visibleText([row.name, row.queueloc].filter(Boolean).join(', queue '))}
          tabIndex={tabIndex}
          className="max-w-full truncate focus-visible:-outline-offset-2"
        >
          <bdi>{visibleText(row.name)}</bdi>
        </TextLink>
        {row.behind === 0 && !row.mixed && row.os && (
          <span className="text-faint text-xs leading-6 max-md:hidden">{visibleText(row.os)}</span>
        )}
      </span>
      {row.mixed && (
        <Badge
          className="border-attention-line bg-attention-tint text-attention"
          title="Several live rows with different rules: they count as refusing"
        >
          mixed
        </Badge>
      )}
      {row.behind > 0 && (
        <TextLink
          href={`/acl/bulk?do=carry-over&id=${row.id}`}
          tabIndex={tabIndex}
          className="inline-flex min-h-6 items-center max-md:hidden"
          title="Rules on rows of processes that are gone: they count for nothing. Carry them over to the newest row"
        >
          <Badge>{row.behind} left behind</Badge>
        </TextLink>
      )}
      {row.file && <FileMark id={row.id} file={row.file} tabIndex={tabIndex} />}
      {row.state && !(row.mixed && row.behind > 0) && (
        <span className="text-xs max-md:hidden">
          <StateBadge state={row.state} bare />
        </span>
      )}
    </span>
  )
}

const FILE_WORDS: Record<KnownFile['state'], string> = {
  differs: 'Tables differ from the file last',
  same: 'Tables say what the file says that was last',
  undecided: 'Two modules share a name, so that the tables cannot be compared with the file last',
}

/** How the tables stand to the endpoint's last file: it leads to the difference. */
function FileMark({ id, file, tabIndex }: { id: string; file: KnownFile; tabIndex?: number }) {
  const { state, last } = file
  const words = `${FILE_WORDS[state]} ${last.kind === 'export' ? 'exported' : 'uploaded'} on ${formatUtc(last.at)} by ${visibleText(last.by)}`
  return (
    <TextLink
      href={`${aclFileView.path}?agent=${id}`}
      tabIndex={tabIndex}
      title={words}
      className={cn(
        'relative inline-flex size-6 shrink-0 items-center justify-center',
        state === 'same' ? 'text-faint' : 'text-attention',
      )}
    >
      <Icon name={state === 'same' ? 'check' : 'file'} className="size-3.5" />
      <span className="sr-only">{words}</span>
    </TextLink>
  )
}
