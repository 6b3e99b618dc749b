import { Mono } from '@/components/ui/mono'
import type { Tested } from '@/lib/mig/modules-json/search-echo'

/** The tests of a search, one a line: how, and for which value. */
export function TestedList({ tested }: { tested: Tested[] }) {
  return (
    <ul>
      {tested.slice(0, 10).map(({ method, value }, i) => (
        <li key={i}>
          <span className="text-muted">{method}</span> <Mono>{value}</Mono>
        </li>
      ))}
      {tested.length > 10 && <li className="text-muted">and {tested.length - 10} more</li>}
    </ul>
  )
}
