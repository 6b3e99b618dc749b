import { notFound } from 'next/navigation'
import { ExactMoment } from '@/components/feedback/moment'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { DetailHead } from '@/components/layout/detail-head'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { SpoolFailurePanel } from '@/components/spool/failure'
import { FileFindings, fileVerdict } from '@/components/spool/file-findings'
import { FileActionView, FileAgentView, FileCommandView } from '@/components/spool/file-view'
import { LinkedRows } from '@/components/spool/linked-rows'
import { NeighbourList } from '@/components/spool/neighbour-list'
import { StatusBadge } from '@/components/ui/badge'
import { buttonClass } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { Icon } from '@/components/ui/icon'
import { KeyValue } from '@/components/ui/key-value'
import { requireViewer } from '@/lib/auth/viewer'
import { cn } from '@/lib/cn'
import { formatBytes, formatNumber } from '@/lib/format'
import { changeHref, spoolChange } from '@/lib/mig/spool/change'
import { getSpoolFile, listNeighbours } from '@/lib/mig/spool/file'
import { readFileSegment, showFileName, spoolFileHref } from '@/lib/mig/spool/file-name'
import { readDirectory } from '@/lib/mig/spool/search-params'
import { now } from '@/lib/now'

/** A place from 0 in the address, or null. */
function readPlace(given: string | string[] | undefined): number | null {
  return typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : null
}

export const metadata = { title: 'Spool file' }

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const segments = await route
  const directory = readDirectory(segments)
  const name = readFileSegment(segments.name ?? '')
  if (!directory || !name) notFound()
  const back = `/spool/${directory.join('/')}`
  const crumbs = [
    { label: 'Spool', href: '/spool' },
    { label: directory.join('/'), href: back },
  ]
  const title = showFileName(name)
  const [token, answer, moment, asked] = await Promise.all([
    spoolChange(viewer, { directory, name }),
    getSpoolFile(viewer, { directory, name }),
    now(),
    searchParams,
  ])
  if (!answer.ok)
    return (
      <>
        <PageHeader crumbs={crumbs} title={title} mono />
        <Content>
          <SpoolFailurePanel failure={answer} back={back} />
        </Content>
      </>
    )
  const file = answer.value
  const action = file.action ?? file.command?.action ?? null
  const actionId = file.actions[0]?.id ?? action?.id?.id ?? null
  const neighbours = actionId ? await listNeighbours(viewer, actionId, { directory, name }) : null
  const href = spoolFileHref(directory, name)
  const place = readPlace(asked.entry)
  const isParsed = file.command !== null || action !== null
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title={title}
        mono
        live={<Live now={moment} watch={{ mode: 'change', href: changeHref(token, { directory, name }) }} />}
      />
      <Content>
        <DetailHead
          status={<StatusBadge {...fileVerdict(file)} />}
          facts={[
            { key: 'bytes', label: 'Size', value: formatBytes(file.bytes) },
            { key: 'modified', label: 'Written', value: <ExactMoment at={file.modified} none="unknown" /> },
          ]}
          action={
            <a href={`${spoolFileHref(directory, name)}/download`} download className={buttonClass()}>
              <Icon name="download" className="size-4" />
              Download
            </a>
          }
        />
        <FileFindings file={file} />
        <div className="grid grid-cols-1 items-start gap-6 md:grid-cols-2 lg:grid-cols-3">
          <Section title="In the database">
            <LinkedRows actions={file.actions} commands={file.commands} />
          </Section>
          {actionId && (
            <Section title="Of the same action">
              <NeighbourList actionId={actionId} neighbours={neighbours} />
            </Section>
          )}
          <Section title="On disk">
            <KeyValue
              items={[
                { key: 'made', label: 'Moment in the name', value: <ExactMoment at={file.moment} none="none" /> },
                { key: 'bytes', label: 'Bytes', value: formatNumber(file.bytes) },
                { key: 'links', label: 'Names (hard links)', value: String(file.links) },
                { key: 'mode', label: 'Permissions', value: <code>{file.mode.toString(8).padStart(4, '0')}</code> },
              ]}
            />
          </Section>
        </div>
        <div className={cn('grid grid-cols-1 items-start gap-6', isParsed && 'lg:grid-cols-2')}>
          {isParsed && (
            <div className="flex min-w-0 flex-col gap-6">
              {file.command && (
                <Section title="Command">
                  <FileCommandView
                    command={file.command}
                    page={place === null ? null : { place, from: readPlace(asked.row) ?? 0 }}
                    addresses={{ rows: (entry, row) => `${href}?entry=${entry}&row=${row}`, stored: () => '#raw' }}
                  />
                </Section>
              )}
              {file.command?.agent && (
                <Section title="Agent" remark="as it was when the command was made">
                  <FileAgentView agent={file.command.agent} />
                </Section>
              )}
              {action && (
                <Section title={file.command ? 'Action inside' : 'Action'}>
                  <FileActionView action={action} />
                </Section>
              )}
            </div>
          )}
          <Section title="Raw text" id="raw" className={cn(isParsed && 'lg:sticky lg:top-16')}>
            {file.text.length > 200_000 && <p className="text-muted text-sm">The download holds all of it.</p>}
            {file.text === '' ? (
              <p className="text-muted">The file is empty.</p>
            ) : (
              <CodeBlock text={file.text} label="Content of the file" />
            )}
          </Section>
        </div>
      </Content>
    </>
  )
})
