import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'

/** The searches without a match in one line. */
export function NotFoundNames({ names, what }: { names: string[]; what: string }) {
  if (names.length === 0) return null
  return (
    <p className="text-muted text-sm wrap-anywhere">
      Without finding: {formatCount(names.length, what, what === 'search' ? 'searches' : undefined)} (
      {names.slice(0, 20).map(visibleText).join(', ')}
      {names.length > 20 && ', …'})
    </p>
  )
}
