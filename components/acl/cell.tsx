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
  const inside = (
    <span>
      <CellMark view={view} />
    </span>
  )
  if (!href)
    return (
      <span data-cell={place ?? ''} title={label} className={look}>
        {inside}
      </span>
    )
  // A plain link: there are hundreds of them on a page. SoftLinks opens it in place.
  return (
    <a data-cell={place ?? ''} href={href} title={label} aria-current={open ? 'true' : undefined} className={look}>
      {inside}
    </a>
  )
}

/** A stored value: set, lent by `default` (grey, slanted), left behind (struck), or a dot for no rule. */
export function CellMark({ view }: { view: CellView }) {
  const { own, lent, of, behind, mixed, tone } = view
  const shown = lent ? lent.value : own
  return (
    <>
      {mixed && <Icon name="alert" className="mr-0.5 size-3.5" />}
      {shown === undefined || shown === null ? (
        <NoRule />
      ) : (
        <>
          {lent ? (
            <i className={tone || of !== undefined ? undefined : 'text-faint'}>{formatNumber(shown)}</i>
          ) : (
            <span className="font-medium">{formatNumber(shown)}</span>
          )}
          {of !== undefined && <span className="text-faint text-xs">/{formatNumber(of)}</span>}
        </>
      )}
      {lent && own !== undefined && <s className="ml-1 text-faint text-xs">{formatNumber(own)}</s>}
      {own === undefined && !mixed && behind && (
        <s className="ml-1 text-attention text-xs">{formatNumber(behind[0] ?? 0)}</s>
      )}
    </>
  )
}

/** "No rule", which is not 0. */
export function NoRule() {
  return (
    // Placed, so that what only screen readers see stays inside a table that scrolls.
    <span className="relative text-faint">
      <span aria-hidden="true">·</span>
      <span className="sr-only">no rule</span>
    </span>
  )
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
