import { ChoiceField, FilterBar, MomentField, MoreFilters, TextField } from '@/components/data-table/filter-bar'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { type CommandParams, commandList } from '@/lib/mig/commands/search-params'
import { COMMAND_STATUSES, commandStatus } from '@/lib/mig/wire/status'

// Set by links from other pages: they have no field, so each is a chip that takes itself away.
const CHIPS = {
  action: 'action',
  agentid: 'agent',
  queueloc: 'endpoint',
  investigator: 'signed by',
  module: 'module',
  alike: 'the same answer as command',
  same: 'the same text as command',
  hit: 'with the hit',
} as const

/** The filters of /commands and of one action's commands. */
export function CommandFilters({ params, path = commandList.path }: { params: CommandParams; path?: string }) {
  const chips = (Object.keys(CHIPS) as (keyof typeof CHIPS)[]).filter((name) => params.given[name])
  return (
    <>
      <FilterBar
        list={commandList}
        params={params}
        path={path}
        names={['agent', 'status', 'found', 'error', 'reason', 'from', 'to']}
      >
        <TextField name="agent" label="Agent" value={params.filters.agent} />
        <ChoiceField
          name="status"
          label="Status"
          value={params.given.status?.join(',')}
          options={[
            ...COMMAND_STATUSES.map((value) => ({ value, label: commandStatus(value).label })),
            { value: 'other', label: 'any other word' },
          ]}
        />
        <ChoiceField
          name="found"
          label="Answer"
          value={params.given.found?.[0]}
          options={[{ value: '1', label: 'found something' }]}
        />
        <ChoiceField
          name="error"
          label="Error"
          value={params.given.error?.[0]}
          options={[{ value: '1', label: 'with an error' }]}
        />
        <TextField name="reason" label="Error says" value={params.filters.reason} />
        <MoreFilters
          label="By when it was sent"
          open={params.given.from !== undefined || params.given.to !== undefined}
        >
          <MomentField name="from" label="Sent (UTC), not before" value={params.filters.from} />
          <MomentField name="to" label="Sent (UTC), not after" value={params.filters.to} />
        </MoreFilters>
      </FilterBar>
      {chips.length > 0 && (
        <ul className="flex flex-wrap gap-1.5 text-xs" aria-label="Set by a link">
          {chips.map((name) => (
            <li
              key={name}
              className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-full border border-line-strong bg-surface pr-1 pl-2.5"
            >
              <span className="text-muted">{CHIPS[name]}</span>
              <bdi className="truncate font-mono">{visibleText(params.given[name]?.[0] ?? '')}</bdi>
              <TextLink
                href={commandList.href(params, { filters: { [name]: null } }, path)}
                className="inline-flex size-5 items-center justify-center rounded-full"
                aria-label={`Without: ${CHIPS[name]}`}
              >
                <Icon name="x" className="size-3.5" />
              </TextLink>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
