import { Disclosure } from '@/components/ui/disclosure'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { TONE_ICON, TONE_TEXT } from '@/components/ui/tone'
import { cn } from '@/lib/cn'
import { type AttentionItem, attentionItems } from './attention-items'
import { quietWords } from './quiet-words'

/** How many are shown before the rest waits behind a click. */
const SHOWN = 5

/** What somebody should look at, the worst first, the rest folded away. */
export function AttentionList(found: Parameters<typeof attentionItems>[0]) {
  const { spool, lint } = found
  const items = attentionItems(found)
  const { quiet, unknown } = quietWords({ acl: lint !== null, spool: spool !== null && spool.signs.leftOut !== null })
  // One alone is not worth a click.
  const shown = items.length === SHOWN + 1 ? items.length : SHOWN
  const rest = items.slice(shown)
  return (
    <div className="flex flex-col gap-2">
      {items.length === 0 ? (
        <p className="flex items-center gap-1.5 text-muted text-sm">
          <Icon name="circle-check" className="size-4 text-good" />
          {quiet}
        </p>
      ) : (
        <div className="rounded-md border border-line bg-surface">
          <Lines items={items.slice(0, shown)} />
          {rest.length > 0 && (
            <Disclosure
              summary={`${rest.length} more`}
              aside="none of them graver"
              className="border-line border-t px-3"
            >
              <Lines items={rest} className="-mx-3 border-line border-t" />
            </Disclosure>
          )}
        </div>
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

function Lines({ items, className }: { items: readonly AttentionItem[]; className?: string }) {
  return (
    <ul className={cn('flex flex-col divide-y divide-line', className)}>
      {items.map((item) => (
        <li key={item.key} className="flex items-start gap-2 px-3 py-1.5 text-sm">
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
  )
}
