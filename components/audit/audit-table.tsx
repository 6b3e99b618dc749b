import { type Column, DataTable } from '@/components/data-table/data-table'
import { ExactMoment, Moment } from '@/components/feedback/moment'
import { EmptyState, NothingMatches } from '@/components/feedback/panels'
import { StatusBadge } from '@/components/ui/badge'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { Icon, type IconName } from '@/components/ui/icon'
import { KeyValue } from '@/components/ui/key-value'
import { Fingerprint, Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { areaOf, kindInWords } from '@/lib/audit/kinds'
import type { AuditRow } from '@/lib/audit/queries'
import { auditList } from '@/lib/audit/search-params'
import type { ListParams } from '@/lib/list-params'
import type { Page } from '@/lib/page'
import { AuditObject } from './audit-object'
import { Changes, Details } from './changes'

const ICONS: Readonly<Record<string, IconName>> = {
  acl: 'acl',
  investigator: 'investigator',
  module: 'code',
  role: 'permission',
  session: 'lock',
  token: 'key',
  export: 'download',
  audit: 'history',
}

const VIA: Readonly<Record<string, string>> = {
  web: 'browser',
  token: 'token',
  operator: 'command line',
  launcher: 'at start',
}

// Rows are of different heights here: cells begin at the top and wrap.
const TALL = 'py-2 align-top'

function auditColumns(now: string, brokenAt: string | null): Column<AuditRow>[] {
  return [
    {
      id: 'at',
      header: 'When',
      sort: 'id',
      className: TALL,
      cell: (row) => (
        <>
          <ExactMoment at={row.at} />
          <span className="block text-faint text-xs">
            <TextLink href={`${auditList.path}?row=${row.id}`}>row {row.id}</TextLink> ·{' '}
            <Moment at={row.at} now={now} />
          </span>
          {row.id === brokenAt && <StatusBadge tone="bad" icon="broken" label="the chain breaks here" bare />}
        </>
      ),
    },
    {
      id: 'who',
      header: 'Who',
      className: TALL,
      cell: ({ who }) => (
        <div className="min-w-48 whitespace-normal">
          {who.id ? (
            <TextLink href={`/investigators/${who.id}`}>
              <bdi>{visibleText(who.name)}</bdi>
            </TextLink>
          ) : (
            <bdi>{visibleText(who.name)}</bdi>
          )}
          <span className="block text-faint text-xs">
            {[who.role === 'none' ? null : who.role, VIA[who.via] ?? who.via, who.address]
              .filter((part) => part !== null)
              .map(visibleText)
              .join(' · ')}
          </span>
        </div>
      ),
    },
    {
      id: 'kind',
      header: 'What',
      className: TALL,
      cell: ({ kind }) => (
        <span className="inline-flex items-center gap-1.5" title={visibleText(kind)}>
          <Icon
            name={ICONS[areaOf(kind)] ?? 'info'}
            className={kind === 'session.refuse' ? 'size-4 text-attention' : 'size-4 text-faint'}
          />
          {visibleText(kindInWords(kind))}
        </span>
      ),
    },
    {
      id: 'object',
      header: 'Object',
      className: TALL,
      cell: (row) => (
        <div className="min-w-52 whitespace-normal wrap-anywhere">
          <AuditObject id={row.id} object={row.object} names={row.names} />
        </div>
      ),
    },
    {
      id: 'change',
      header: 'Before → after',
      className: `${TALL} w-full`,
      cell: (row) => (
        <div className="min-w-64 whitespace-normal">
          {row.changes.length > 0 ? <Changes changes={row.changes} /> : <Details details={row.details} />}
          <Disclosure summary={<span className="text-xs">Whole row</span>}>
            <WholeRow row={row} />
          </Disclosure>
        </div>
      ),
    },
  ]
}

function WholeRow({ row }: { row: AuditRow }) {
  return (
    <div className="flex flex-col gap-3 pb-2">
      <KeyValue
        items={[
          { key: 'kind', label: 'Kind', value: <Mono>{row.kind}</Mono> },
          { key: 'object', label: 'Object', value: <Mono>{`${row.object.type} ${row.object.id}`}</Mono> },
          {
            key: 'key',
            label: 'Key',
            value: row.who.fingerprint ? (
              <Fingerprint>{row.who.fingerprint}</Fingerprint>
            ) : (
              <Unknown why="Done without a person’s key" />
            ),
          },
          {
            key: 'hash',
            label: 'Hash',
            value: row.hash ? <Mono>{row.hash}</Mono> : <Unknown why="The row has none" />,
          },
          {
            key: 'previous',
            label: 'Hash before',
            value: row.previousHash ? <Mono>{row.previousHash}</Mono> : <Unknown why="This is the first row" />,
          },
        ]}
      />
      {row.json && <CodeBlock text={row.json} label={`row ${row.id}`} />}
    </div>
  )
}

/** The table of /audit. */
export function AuditTable({
  params,
  page,
  now,
  brokenAt,
}: {
  params: ListParams<(typeof auditList)['filters']>
  page: Page<AuditRow>
  now: string
  brokenAt: string | null
}) {
  return (
    <DataTable
      list={auditList}
      params={params}
      page={page}
      columns={auditColumns(now, brokenAt)}
      rowKey={(row) => row.id}
      caption="Audit"
      empty={
        Object.keys(params.given).length ? (
          <NothingMatches what="audit rows" clearHref={auditList.all} framed={false} />
        ) : (
          <EmptyState title="Nothing was done yet" icon="history" framed={false}>
            Every change, sign-in and export leaves a row here.
          </EmptyState>
        )
      }
    />
  )
}
