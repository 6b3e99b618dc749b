import { notFound } from 'next/navigation'
import { ActionTabs } from '@/components/commands/action-tabs'
import { DifferenceView } from '@/components/commands/difference-view'
import { Notice } from '@/components/feedback/notice'
import { EmptyState } from '@/components/feedback/panels'
import { ChooseId } from '@/components/layout/choose-id'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { requireViewer } from '@/lib/auth/viewer'
import { formatBytes } from '@/lib/format'
import { getActionName } from '@/lib/mig/actions/name-query'
import { type ComparedCommand, DIFFERENCE_BYTES, getDifference } from '@/lib/mig/commands/difference'
import { readPicked } from '@/lib/mig/commands/picked'
import { resolveId } from '@/lib/mig/resolve-id'
import { commandStatus } from '@/lib/mig/wire/status'
import { now } from '@/lib/now'

export const metadata = { title: 'Difference of two results' }

const nameOf = (command: ComparedCommand) => visibleText(command.agent ?? `agent ${command.agentid} (no row)`)

export default dataPage(async ({ params: route, searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const { id = '' } = await route
  const crumbs = [{ label: 'Actions', href: '/actions' }]
  const resolved = await resolveId(viewer, 'actions', id, (exact) => `/actions/${exact}/results/difference`)
  if ('choices' in resolved) return <ChooseId ids={resolved.choices} base="/actions" crumbs={crumbs} noun="actions" />
  const action = await getActionName(viewer, resolved.id)
  if (!action) notFound()
  crumbs.push({ label: action.name, href: `/actions/${action.id}` })
  const picked = readPicked(await searchParams)
  const [compared, moment] = await Promise.all(['ids' in picked ? getDifference(viewer, picked.ids) : null, now()])
  const problem = 'problem' in picked ? picked.problem : compared ? null : 'One of the two commands is not there.'
  return (
    <>
      <PageHeader crumbs={crumbs} title="Difference of two results" live={<Live now={moment} />} />
      <Content>
        <ActionTabs action={action.id} current="results" />
        {problem !== null && (
          <EmptyState
            title="Two results side by side"
            icon="double"
            action={
              <LinkButton href={`/actions/${action.id}/results`} icon="double">
                To the results
              </LinkButton>
            }
          >
            {problem}
          </EmptyState>
        )}
        {compared && (
          <>
            <ul className="grid gap-2 md:grid-cols-2" aria-label="The two commands">
              {[compared.before, compared.after].map((command, i) => (
                <li
                  key={i}
                  className="flex flex-wrap items-center gap-3 rounded-md border border-line bg-surface px-3 py-2"
                >
                  <span className="text-faint text-xs">{i === 0 ? 'first' : 'second'}</span>
                  <TextLink href={`/commands/${command.id}`}>
                    <bdi>{nameOf(command)}</bdi>
                  </TextLink>
                  <StatusBadge {...commandStatus(command.status)} bare />
                  {command.actionid !== action.id && (
                    <TextLink href={`/actions/${command.actionid}`} className="text-xs">
                      of another action
                    </TextLink>
                  )}
                </li>
              ))}
            </ul>
            <Section title="Where they differ">
              {compared.difference ? (
                <DifferenceView
                  difference={compared.difference}
                  names={[nameOf(compared.before), nameOf(compared.after)]}
                />
              ) : (
                <Notice tone="attention" title="These results are too large to be held to each other">
                  Up to {formatBytes(DIFFERENCE_BYTES)} are compared. Each command’s own page shows its results.
                </Notice>
              )}
            </Section>
          </>
        )}
      </Content>
    </>
  )
})
