import { totalInWords } from '@/components/data-table/pager'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { TONE_ICON, TONE_TEXT, type Tone } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { LintCounts } from '@/lib/mig/acl/lint'
import { LINT_WORDS } from '@/lib/mig/acl/lint-checks'
import { ATTENTION } from '@/lib/mig/actions/anomalies'
import type { Attention } from '@/lib/mig/overview/queries'
import type { AnomalyCount, SpoolSigns } from '@/lib/mig/spool/attention'
import type { SpoolOverview } from '@/lib/mig/spool/overview'
import type { Total } from '@/lib/page'
import { quietWords } from './quiet-words'

type Item = { key: string; tone: Tone; href: string; link: string; rest: string; more?: { href: string; link: string } }
type Spool = { overview: SpoolOverview; signs: SpoolSigns }

const counted = (total: Total, one: string, many: string) => `${totalInWords(total)} ${total.count === 1 ? one : many}`

/** The checks of the ACL that somebody should hear of without asking. */
const LOUD = ['unreachable', 'below-one', 'no-weights', 'single-person', 'people'] as const

function itemsOf({ reasons, failed }: Attention, spool: Spool | null, lint: LintCounts | null): Item[] {
  const items: Item[] = reasons.map(({ reason, total }) => ({
    key: reason,
    tone: ATTENTION[reason].tone,
    href: `/actions?attention=${reason}`,
    link: `${counted(total, 'action', 'actions')}: ${ATTENTION[reason].label}`,
    rest: ATTENTION[reason].sentence,
    more: reason === 'A1' && spool ? neverPickedUp(spool.signs) : undefined,
  }))
  if (failed.count)
    items.push({
      key: 'failed',
      tone: 'attention',
      href: '/commands?status=failed',
      link: `${counted(failed, 'command', 'commands')} failed`,
      rest: 'in actions of the last 24 hours.',
    })
  if (lint) items.push(...lintItems(lint))
  if (spool) items.push(...spoolItems(spool))
  return items.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
}

function lintItems(lint: LintCounts): Item[] {
  return LOUD.filter((check) => lint[check].count > 0).map((check) => ({
    key: check,
    tone: LINT_WORDS[check].tone,
    href: `/acl/lint?check=${check}`,
    link: `ACL: ${formatNumber(lint[check].count)} × ${LINT_WORDS[check].label.toLowerCase()}`,
    rest: LINT_WORDS[check].why,
  }))
}

/** Of the actions that were not picked up those that have no file from which they could be. */
function neverPickedUp({ neverPickedUp: lost }: SpoolSigns): Item['more'] {
  if (!lost?.count) return undefined
  return {
    href: '/spool/reconcile?anomaly=A1',
    link: `${formatNumber(lost.count)} ${lost.count === 1 ? 'has' : 'have'} no file in the spool and never ${lost.count === 1 ? 'runs' : 'run'}`,
  }
}

const estimated = (total: AnomalyCount, one: string, many: string) =>
  `${total.about ? 'about ' : ''}${counted(total, one, many)}`

function spoolItems({ overview, signs: { leftOut, failures, overdue } }: Spool): Item[] {
  const items: Item[] = []
  if (leftOut?.count)
    items.push({
      key: 'A6',
      tone: 'attention',
      href: '/spool/reconcile?anomaly=A6',
      link: `${estimated(leftOut, 'command', 'commands')} left out`,
      rest: 'Their action expired and no file in command/inflight is left to end them: the spool was lost, or the file was never written.',
    })
  if (failures.count)
    items.push({
      key: 'A7',
      tone: 'attention',
      href: '/spool/reconcile?anomaly=A7',
      link: `${estimated(failures, 'file', 'files')} in action/invalid could not be processed`,
      rest: 'Named by the moment of the failure: broken JSON, an unknown signer or a wrong signature.',
    })
  if (overdue?.count)
    items.push({
      key: 'A8',
      tone: 'bad',
      href: `/spool/command/returned?sort=modified&written=${overdue.span}ms`,
      link: `${counted(overdue, 'file', 'files')} stuck in command/returned`,
      rest: overdue.poison.length
        ? `MIG cannot use ${overdue.poison.map(({ file }) => file).join(', ')}: until it is deleted by hand no command expires and nothing is cleaned.`
        : 'For longer than two collector periods: the scheduler is down, or a file that MIG cannot use stops it.',
    })
  const told = overdue?.count ? 'command/returned' : ''
  for (const { directory, health } of overview.states)
    if ((health.tone === 'bad' || health.tone === 'attention') && directory.join('/') !== told)
      items.push({
        key: directory.join('/'),
        tone: health.tone,
        href: `/spool/${directory.join('/')}`,
        link: `spool ${directory.join('/')}`,
        rest: health.sentence,
      })
  return items
}

/** What somebody should look at, the worst first. */
export function AttentionList({
  attention,
  spool,
  lint,
}: {
  attention: Attention
  spool: Spool | null
  lint: LintCounts | null
}) {
  const items = itemsOf(attention, spool, lint)
  const { quiet, unknown } = quietWords({ acl: lint !== null, spool: spool !== null && spool.signs.leftOut !== null })
  return (
    <div className="flex flex-col gap-2">
      {items.length === 0 ? (
        <p className="flex items-center gap-1.5 text-muted text-sm">
          <Icon name="circle-check" className="size-4 text-good" />
          {quiet}
        </p>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
          {items.map((item) => (
            <li key={item.key} className="flex items-start gap-2 px-3 py-2 text-sm">
              <Icon name={TONE_ICON[item.tone]} className={cn('mt-0.5 size-4 shrink-0', TONE_TEXT[item.tone])} />
              <p className="min-w-0 wrap-anywhere">
                <TextLink href={item.href}>{item.link}</TextLink>{' '}
                <span className="text-muted">
                  {item.rest} {item.more && <TextLink href={item.more.href}>{item.more.link}</TextLink>}
                </span>
              </p>
            </li>
          ))}
        </ul>
      )}
      {unknown && (
        <p className="flex items-center gap-1.5 text-muted text-sm">
          <Icon name="clock" className="size-4 shrink-0" />
          {unknown}
        </p>
      )}
    </div>
  )
}
