import type { ReactNode } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Badge, StatusBadge } from '@/components/ui/badge'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import type { OperationResult } from '@/lib/mig/modules-json/results'
import { ResultErrors } from './errors'
import { rendererOf } from './renderers'
import type { Paging } from './result-table'
import { Statistics } from './statistics'

/** One entry of a command's results: what was found first, then errors, figures and the stored text. */
export function OperationResultView({
  result,
  place,
  paging,
  stored,
}: {
  result: OperationResult
  /** Its place in the list, from 0. */
  place: number
  paging?: Paging
  /** The entry as stored, in whatever form its page shows it. */
  stored: ReactNode
}) {
  const render = rendererOf(result)
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Badge>{place + 1}</Badge>
        {/* A refused command holds one record, whatever the number of its operations. */}
        <h3 className="font-medium wrap-anywhere">
          {result.kind === 'log' ? 'The agent refused' : <bdi>{visibleText(result.module) || 'unknown module'}</bdi>}
        </h3>
        <Marks result={result} />
      </div>
      {render ? render({ result, paging }) : <NoAnswer result={result} />}
      <ResultErrors errors={result.errors} />
      <Statistics result={result} />
      {result.kind !== 'null' && stored}
    </section>
  )
}

function Marks({ result }: { result: OperationResult }) {
  if (result.kind === 'null') return <StatusBadge label="no result" tone="odd" />
  if (result.kind === 'log') return <StatusBadge label="refused" tone="bad" />
  if (result.kind === 'skeleton') return <StatusBadge label="not answered" tone="odd" />
  return (
    <>
      {result.found === true && <StatusBadge label="found" tone="attention" icon="flag" />}
      {result.found === false && <StatusBadge label="nothing found" tone="gone" />}
      {result.found === true && result.hits.length > 1 && (
        <span className="text-muted text-sm">{formatCount(result.hits.length, 'hit')}</span>
      )}
      {result.success === false && <StatusBadge label="did not succeed" tone="bad" />}
      {result.success === true && result.found === null && <StatusBadge label="succeeded" tone="good" />}
      {result.kind === 'unknown' && <StatusBadge label="odd shape" tone="odd" />}
    </>
  )
}

/** What stands there instead of an answer that can be drawn. */
function NoAnswer({ result }: { result: OperationResult }) {
  if (result.kind === 'log')
    return (
      <Notice tone="bad" title="No module ran, or its answer was lost">
        <bdi className="wrap-anywhere">{visibleText(result.reason)}</bdi>
      </Notice>
    )
  if (result.kind === 'null')
    return <p className="text-muted text-sm">The module gave no result: it was stopped, ran out of time or crashed.</p>
  if (result.kind === 'skeleton')
    return (
      <p className="text-muted text-sm">
        This is only what MIG stores before an answer. It does not say that nothing was found.
      </p>
    )
  if (result.kind === 'unknown')
    return <p className="text-attention text-sm">{result.why} It is shown as it is stored.</p>
  return <p className="text-muted text-sm">Answers of this module are shown as they are stored.</p>
}
