import { totalInWords } from '@/components/data-table/pager'
import type { Tone } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { LintCounts } from '@/lib/mig/acl/lint'
import { LINT_WORDS } from '@/lib/mig/acl/lint-checks'
import { ATTENTION } from '@/lib/mig/actions/anomalies'
import type { KeyWarning } from '@/lib/mig/investigators/queries'
import type { Attention } from '@/lib/mig/overview/queries'
import type { AnomalyCount, SpoolSigns } from '@/lib/mig/spool/attention'
import type { SpoolOverview } from '@/lib/mig/spool/overview'
import type { Total } from '@/lib/page'

/** One line of what needs attention: what it is leads to its rows, and why it matters. */
export type AttentionItem = {
  key: string
  tone: Tone
  href: string
  link: string
  rest: string
  more?: { href: string; link: string }
}
type Spool = { overview: SpoolOverview; signs: SpoolSigns }

const counted = (total: Total, one: string, many: string) => `${totalInWords(total)} ${total.count === 1 ? one : many}`

/** The checks of the ACL that somebody should hear of without asking. */
const LOUD = ['unreachable', 'below-one', 'no-weights', 'single-person', 'people'] as const

const GRAVITY: readonly Tone[] = ['bad', 'attention']
const gravity = ({ tone }: AttentionItem) => (GRAVITY.includes(tone) ? GRAVITY.indexOf(tone) : GRAVITY.length)

/** What somebody should look at, the worst first; of the same tone what holds all of MIG up, then actions, the spool, keys and the ACL. */
export function attentionItems({
  attention: { reasons, failed },
  spool,
  lint,
  keys,
}: {
  attention: Attention
  spool: Spool | null
  lint: LintCounts | null
  keys: readonly KeyWarning[]
}): AttentionItem[] {
  const items: AttentionItem[] = spool ? overdueItems(spool.signs) : []
  for (const { reason, total } of reasons)
    items.push({
      key: reason,
      tone: ATTENTION[reason].tone,
      href: `/actions?attention=${reason}`,
      link: `${counted(total, 'action', 'actions')}: ${ATTENTION[reason].label}`,
      rest: ATTENTION[reason].sentence,
      more: reason === 'A1' && spool ? neverPickedUp(spool.signs) : undefined,
    })
  if (failed.count)
    items.push({
      key: 'failed',
      tone: 'attention',
      href: `/commands?status=failed&from=${encodeURIComponent(failed.since)}`,
      link: `${counted(failed, 'command', 'commands')} failed`,
      rest: 'of those sent in the last 24 hours.',
    })
  if (spool) items.push(...spoolItems(spool))
  if (keys.length > 0) items.push(keyItem(keys))
  if (lint) items.push(...lintItems(lint))
  return items.sort((a, b) => gravity(a) - gravity(b))
}

/** The keys that the overview lists further down, as one line. */
function keyItem(keys: readonly KeyWarning[]): AttentionItem {
  const failed = keys.filter(({ days }) => days === null).length
  const expiring = keys.length - failed
  const parts = [
    failed > 0 && `${formatCount(failed, 'key')} failed`,
    expiring > 0 && `${formatCount(expiring, 'key')} ${expiring === 1 ? 'expires' : 'expire'} within 30 days`,
  ].filter(Boolean)
  return {
    key: 'keys',
    tone: failed > 0 || keys.some(({ days }) => days === 1) ? 'bad' : 'attention',
    href: '/investigators?key=warned',
    link: parts.join(', '),
    rest: `${keys.length === 1 ? 'Of' : 'Among them that of'} ${visibleText(keys[0]?.name ?? '')}: what hangs on ${keys.length === 1 ? 'it' : 'each'} stands below.`,
  }
}

function lintItems(lint: LintCounts): AttentionItem[] {
  return LOUD.filter((check) => lint[check].count > 0).map((check) => ({
    key: check,
    tone: LINT_WORDS[check].tone,
    href: `/acl/lint?check=${check}`,
    link: `ACL: ${formatNumber(lint[check].count)} × ${LINT_WORDS[check].label.toLowerCase()}`,
    rest: LINT_WORDS[check].why,
  }))
}

/** Of the actions that were not picked up those that have no file from which they could be. */
function neverPickedUp({ neverPickedUp: lost }: SpoolSigns): AttentionItem['more'] {
  if (!lost?.count) return undefined
  return {
    href: '/spool/reconcile?anomaly=A1',
    link: `${formatNumber(lost.count)} ${lost.count === 1 ? 'has' : 'have'} no file in the spool and never ${lost.count === 1 ? 'runs' : 'run'}`,
  }
}

const estimated = (total: AnomalyCount, one: string, many: string) =>
  `${total.about ? 'about ' : ''}${counted(total, one, many)}`

/** Files that hold up all of the scheduler's work. */
function overdueItems({ overdue }: SpoolSigns): AttentionItem[] {
  if (!overdue?.count) return []
  return [
    {
      key: 'A8',
      tone: 'bad',
      href: `/spool/command/returned?sort=modified&written=${overdue.span}ms`,
      link: `${counted(overdue, 'file', 'files')} stuck in command/returned`,
      rest: overdue.poison.length
        ? `MIG cannot use ${overdue.poison.map(({ file }) => file).join(', ')}: until it is deleted by hand no command expires and nothing is cleaned.`
        : 'For longer than two collector periods: the scheduler is down, or a file that MIG cannot use stops it.',
    },
  ]
}

function spoolItems({ overview, signs: { leftOut, failures, overdue } }: Spool): AttentionItem[] {
  const items: AttentionItem[] = []
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
