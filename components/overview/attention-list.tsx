import { totalInWords } from '@/components/data-table/pager'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { TONE_ICON, TONE_TEXT, type Tone } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import { ATTENTION } from '@/lib/mig/actions/anomalies'
import type { Attention } from '@/lib/mig/overview/queries'
import type { StateOverview } from '@/lib/mig/spool/queries'

type Item = { key: string; tone: Tone; href: string; link: string; rest: string }

function itemsOf({ reasons, failed }: Attention, states: StateOverview[]): Item[] {
  const items: Item[] = reasons.map(({ reason, total }) => ({
    key: reason,
    tone: ATTENTION[reason].tone,
    href: `/actions?attention=${reason}`,
    link: `${totalInWords(total)} ${total.count === 1 ? 'action' : 'actions'}: ${ATTENTION[reason].label}`,
    rest: ATTENTION[reason].sentence,
  }))
  if (failed.count)
    items.push({
      key: 'failed',
      tone: 'attention',
      href: '/commands?status=failed',
      link: `${totalInWords(failed)} ${failed.count === 1 ? 'command' : 'commands'} failed`,
      rest: 'in actions of the last 24 hours.',
    })
  for (const { directory, health } of states)
    if (health.tone === 'bad' || health.tone === 'attention')
      items.push({
        key: directory.join('/'),
        tone: health.tone,
        href: `/spool/${directory.join('/')}`,
        link: `spool ${directory.join('/')}`,
        rest: health.sentence,
      })
  return items.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'))
}

/** What somebody should look at, the worst first. */
export function AttentionList({ attention, states }: { attention: Attention; states: StateOverview[] }) {
  const items = itemsOf(attention, states)
  if (items.length === 0)
    return (
      <p className="flex items-center gap-1.5 text-muted text-sm">
        <Icon name="circle-check" className="size-4 text-good" />
        Nothing in the actions or the spool needs attention.
      </p>
    )
  return (
    <ul className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {items.map((item) => (
        <li key={item.key} className="flex items-start gap-2 px-3 py-2 text-sm">
          <Icon name={TONE_ICON[item.tone]} className={cn('mt-0.5 size-4 shrink-0', TONE_TEXT[item.tone])} />
          <p className="min-w-0 wrap-anywhere">
            <TextLink href={item.href}>{item.link}</TextLink> <span className="text-muted">{item.rest}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
