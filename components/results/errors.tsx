import { Notice } from '@/components/feedback/notice'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'

const LISTED = 50

/** The errors inside an answer, equal ones folded. */
export function ResultErrors({ errors }: { errors: string[] }) {
  if (errors.length === 0) return null
  const counts = new Map<string, number>()
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1)
  const folded = [...counts].slice(0, LISTED)
  return (
    <Notice tone="bad" title={formatCount(errors.length, 'error')}>
      <ul>
        {folded.map(([error, count], i) => (
          <li key={i} className="wrap-anywhere">
            <bdi>{visibleText(error)}</bdi>
            {count > 1 && <span className="text-muted"> × {count}</span>}
          </li>
        ))}
        {counts.size > LISTED && <li className="text-muted">and {counts.size - LISTED} more in the stored text</li>}
      </ul>
    </Notice>
  )
}
