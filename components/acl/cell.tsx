import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { CellView } from './cell-view'

const TONE: Record<NonNullable<CellView['tone']>, string> = {
  attention: 'bg-attention-tint text-attention',
  good: 'bg-good-tint text-good',
  bad: 'hatched-bad text-bad',
}

/** The classes of what a cell's value means. */
export function cellTone(view: CellView): string | undefined {
  return view.tone && TONE[view.tone]
}

/** One cell: what it shows, all that is to say of it, and the link to its form where the viewer may write. */
export function Cell({
  view,
  href,
  place,
  open = false,
}: {
  view: CellView
  href: string | null
  /** The cell's address, by which the grid finds the one that was used first. */
  place?: string
  open?: boolean
}) {
  const look = cn(open && 'shadow-[inset_0_0_0_2px_var(--accent)]', cellTone(view)) || undefined
  const label = visibleText(view.label)
  if (!href)
    return (
      <span data-cell={place ?? ''} title={label} className={look}>
        {cellMark(view)}
      </span>
    )
  // A plain link: there are hundreds of them on a page. SoftLinks opens it in place.
  return (
    <a data-cell={place ?? ''} href={href} title={label} aria-current={open ? 'true' : undefined} className={look}>
      {cellMark(view)}
    </a>
  )
}

/** How the parts of a mark look, said once around all cells: thousands of them would repeat it. */
export const MARKS = cn(
  '[&_i]:font-normal [&_small]:font-normal [&_small]:text-faint [&_small]:text-xs',
  '[&_s]:ml-1 [&_s]:font-normal [&_s]:text-faint [&_s]:text-xs',
)

/** A stored value: set, lent by `default` (slanted), left behind (struck), or a dot for no rule. Wants MARKS around it. */
export function cellMark({ own, lent, of, behind, mixed, tone }: CellView): ReactNode {
  const shown = (lent ? lent.value : own) ?? null
  const value = shown === null ? NO_RULE : formatNumber(shown)
  return (
    <>
      {mixed && <Icon name="alert" className="mr-0.5 inline size-3.5" />}
      {lent && shown !== null ? <i className={tone || of !== undefined ? undefined : 'text-faint'}>{value}</i> : value}
      {of !== undefined && shown !== null && <small>/{formatNumber(of)}</small>}
      {lent && own !== undefined && <s>{formatNumber(own)}</s>}
      {own === undefined && !mixed && behind && <s className="text-attention!">{formatNumber(behind[0] ?? 0)}</s>}
    </>
  )
}

const NO_RULE = (
  <>
    <span aria-hidden="true" className="font-normal text-faint">
      ·
    </span>
    <span className="sr-only">no rule</span>
  </>
)

/** "No rule", which is not 0. */
export function NoRule() {
  // Placed, so that what only screen readers see stays inside a table that scrolls.
  return <span className="relative">{NO_RULE}</span>
}

/** The mark of a module that nobody should be able to run alone. */
export function SensitiveMark() {
  return (
    <span title="Sensitive: nobody should be able to run it alone" className="text-odd">
      <Icon name="lock" className="size-3.5" />
      <span className="sr-only">sensitive</span>
    </span>
  )
}
