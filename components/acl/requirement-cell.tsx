import { Icon } from '@/components/ui/icon'
import { formatNumber } from '@/lib/format'
import type { RequirementCell } from '@/lib/mig/acl/matrix'
import { Cell, NoRule } from './cell'

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

function sentence(module: string, endpoint: string, cell: RequirementCell): string {
  const said: string[] = []
  if (cell.mixed)
    said.push(
      `mixed: its live rows say ${cell.mixed.map((row) => words(row.value)).join(' and ')}, so it counts as refusing`,
    )
  if (cell.own !== null) said.push(`minimum weight ${formatNumber(cell.own)}`)
  else if (cell.inherited !== null)
    said.push(`no rule of its own; ${formatNumber(cell.inherited)} from the module default`)
  else said.push('no rule, and none from the module default: refused')
  if (cell.problem === 'below-one') said.push('agents refuse a minimum below 1')
  if (cell.problem === 'unreachable') said.push('all investigators together do not reach it')
  if (cell.problem === 'ambiguous') said.push('two modules share the name, so the tables do not say which rule holds')
  if (cell.leftBehind.length > 0)
    said.push(
      `left behind on ${cell.leftBehind.length === 1 ? 'an older row' : 'older rows'}: ${cell.leftBehind.map((row) => words(row.value)).join(', ')}`,
    )
  return `${module} on ${endpoint}: ${said.join('; ')}.`
}

/** One minimum weight: set, lent by `default` (grey, slanted), left behind (struck), or a dot for no rule. */
export function RequirementMark({
  cell,
  module,
  endpoint,
  href,
  open,
}: {
  cell: RequirementCell
  module: string
  endpoint: string
  href: string | null
  open?: boolean
}) {
  const [behind] = cell.leftBehind
  return (
    <Cell
      label={sentence(module, endpoint, cell)}
      href={href}
      open={open}
      className={cell.mixed ? 'bg-attention-tint text-attention' : cell.problem && 'hatched-bad text-bad'}
    >
      {cell.mixed && <Icon name="alert" className="mr-0.5 size-3.5" />}
      {cell.own !== null ? (
        <span className="font-medium">{formatNumber(cell.own)}</span>
      ) : cell.inherited !== null ? (
        <i className={cell.problem || cell.mixed ? undefined : 'text-faint'}>{formatNumber(cell.inherited)}</i>
      ) : (
        <NoRule />
      )}
      {cell.own === null && !cell.mixed && behind && (
        <s className="ml-1 text-attention text-xs">{words(behind.value)}</s>
      )}
    </Cell>
  )
}
