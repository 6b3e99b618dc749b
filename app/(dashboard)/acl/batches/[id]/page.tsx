import { notFound } from 'next/navigation'
import { AclNote } from '@/components/acl/acl-note'
import { AclTabs } from '@/components/acl/acl-tabs'
import { BatchCells } from '@/components/acl/batch-cells'
import { BatchCellFilters } from '@/components/acl/batch-filters'
import { BatchKindMark, batchHref } from '@/components/acl/batch-table'
import { EffectFigures } from '@/components/acl/effect-figures'
import { RevertForm } from '@/components/acl/revert-form'
import { totalInWords } from '@/components/data-table/pager'
import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { ProblemPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { KeyValue } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount, formatNumber } from '@/lib/format'
import { batchCellList, batchList } from '@/lib/mig/acl/batch-lists'
import { type BatchDetail, getBatch, isBatchWholeOnPage, listBatchCells } from '@/lib/mig/acl/batches'
import { now } from '@/lib/now'

export const metadata = { title: 'ACL batch' }

const crumbs = [
  { label: 'ACL', href: '/acl/requirements' },
  { label: 'Batches', href: batchList.path },
]

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await route
  const batch = await getBatch(viewer, id)
  if (!batch) notFound()
  const path = batchHref(batch.id)
  const title = `Batch ${batch.id}`
  const parsed = batchCellList.parse({ ...(await searchParams), batch: batch.id })
  if (!parsed.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} />
        <Content>
          <ProblemPanel problem={parsed.problem} clearHref={path} />
        </Content>
      </>
    )
  // The path holds the batch, so links do not repeat it.
  const { batch: _, ...given } = parsed.params.given
  const params = { ...parsed.params, given }
  const moment = await now()
  const [page, whole] = await Promise.all([
    listBatchCells(viewer, batch, params, moment.mig),
    isBatchWholeOnPage(viewer, batch),
  ])
  return (
    <>
      <PageHeader crumbs={crumbs} title={title} />
      <Content>
        <AclTabs current="batches" />
        {whole === false && (
          <Notice tone="bad" title="The cells of this batch are not what its audit row says">
            They were altered in the database after they were written.
          </Notice>
        )}
        <BatchFacts batch={batch} isChecked={whole !== null} />
        <AclNote />
        <Section title="Cells" remark={`${totalInWords(page.total)} of ${formatCount(batch.cells, 'cell')}`}>
          <BatchCellFilters params={params} path={path} />
          <BatchCells params={params} page={page} path={path} />
        </Section>
        <Section title="Effects" remark="when it was saved">
          <EffectFigures effects={batch.effects} isDone />
        </Section>
        {viewer.role === 'admin' && (
          <Section title="Revert" id="revert">
            <p className="max-w-text text-muted">
              Puts back what each cell held before, as a batch of its own. A cell that somebody changed since, or whose
              endpoint has a newer row, is refused: the list above shows what it holds now.
            </p>
            <RevertForm batch={batch.id} path={path} cells={batch.cells} />
          </Section>
        )}
      </Content>
    </>
  )
})

function BatchFacts({ batch, isChecked }: { batch: BatchDetail; isChecked: boolean }) {
  const { who, reason } = batch
  return (
    <KeyValue
      items={[
        { key: 'at', label: 'When', value: <ExactMoment at={batch.at} /> },
        {
          key: 'who',
          label: 'Who',
          value: who.id ? (
            <TextLink href={`/investigators/${who.id}`}>
              <bdi>{visibleText(who.name)}</bdi>
            </TextLink>
          ) : (
            <bdi>{visibleText(who.name)}</bdi>
          ),
        },
        { key: 'kind', label: 'Kind', value: <BatchKindMark row={batch} /> },
        {
          key: 'reason',
          label: 'Reason',
          value: reason === null ? <Unknown why="None was given: it was one cell" /> : <bdi>{visibleText(reason)}</bdi>,
        },
        {
          key: 'cells',
          label: 'Cells',
          value: `${formatNumber(batch.added)} added, ${formatNumber(batch.changed)} changed, ${formatNumber(batch.removed)} removed${batch.leftOut > 0 ? `, ${formatNumber(batch.leftOut)} left out: changed since, on an older row by then, or of what was gone` : ''}`,
        },
        ...(batch.confirmed
          ? [{ key: 'confirmed', label: 'Confirmed', value: 'that it takes the last sufficient signers away' }]
          : []),
        {
          key: 'audit',
          label: 'Audit',
          value: (
            <>
              <TextLink href={`/audit?row=${batch.id}`}>row {batch.id}</TextLink>, SHA-256 of the cells{' '}
              <Mono>{batch.sha256}</Mono>
              {!isChecked && '; so many cells are not checked here, “npm run mig-dashboard -- audit verify” does'}
            </>
          ),
        },
      ]}
    />
  )
}
