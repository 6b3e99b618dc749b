import { Icon } from '@/components/ui/icon'
import { formatNumber } from '@/lib/format'
import type { PermissionCell } from '@/lib/mig/acl/matrix'
import { Cell, NoRule } from './cell'

const words = (value: number | null) => (value === null ? 'no weight' : formatNumber(value))

/** The weight that counts: the cell's own, or that for `default` where the minimum comes from there. */
function counting(cell: PermissionCell): { weight: number | null; lent: boolean } {
  const { via, contributions } = cell.alone
  if (via !== 'default') return { weight: cell.own, lent: false }
  const weight = contributions[0]?.weight ?? null
  return { weight, lent: true }
}

function sentence(module: string, cell: PermissionCell, who: string): string {
  const { alone } = cell
  const { weight, lent } = counting(cell)
  const said = [cell.own === null ? 'no weight of its own' : `weight ${formatNumber(cell.own)}`]
  if (cell.mixed) said.push(`mixed: the live rows say ${cell.mixed.map((row) => words(row.value)).join(' and ')}`)
  if (lent && module !== 'default')
    said.push(`the minimum comes from the module default, for which the weight is ${words(weight)}`)
  if (alone.outcome === 'no-rule') said.push('no minimum is set, so every action is refused')
  else if (alone.outcome === 'ambiguous')
    said.push('two modules share the name, so the tables do not say which rule holds')
  else if (alone.outcome === 'below-one')
    said.push(`the minimum ${formatNumber(alone.required ?? 0)} is below 1, which agents refuse`)
  else if (cell.minimumMixed) said.push('the live rows have different minimums, which counts as refusing')
  else
    said.push(
      `${formatNumber(alone.got)} of ${formatNumber(alone.required ?? 0)}: ${alone.outcome === 'accepted' ? 'enough alone' : 'not enough alone'}`,
    )
  if (alone.contributions.some((c) => c.disabled)) said.push('disabled investigators count 0')
  if (cell.leftBehind.length > 0)
    said.push(`left behind on older rows: ${cell.leftBehind.map((row) => words(row.value)).join(', ')}`)
  return `${module}, ${who}: ${said.join('; ')}.`
}

/** One weight beside the minimum that an action needs; green where the person's signature alone is enough. */
export function PermissionMark({
  cell,
  module,
  who,
  href,
  open,
}: {
  cell: PermissionCell
  module: string
  who: string
  href: string | null
  open?: boolean
}) {
  const { weight, lent } = counting(cell)
  const isEnough = cell.alone.outcome === 'accepted' && !cell.minimumMixed
  const ghost = lent && module !== 'default'
  const shown = ghost ? weight : cell.own
  const [behind] = cell.leftBehind
  const refuses = cell.alone.outcome === 'below-one' || cell.alone.outcome === 'ambiguous'
  return (
    <Cell
      label={sentence(module, cell, who)}
      href={href}
      open={open}
      className={
        cell.mixed || cell.minimumMixed
          ? 'bg-attention-tint text-attention'
          : isEnough
            ? 'bg-good-tint text-good'
            : refuses && 'hatched-bad text-bad'
      }
    >
      {(cell.mixed || cell.minimumMixed) && <Icon name="alert" className="mr-0.5 size-3.5" />}
      {shown === null ? (
        <NoRule />
      ) : (
        <>
          {ghost ? <i>{formatNumber(shown)}</i> : <span className="font-medium">{formatNumber(shown)}</span>}
          {cell.alone.required !== null && (
            <span className="text-faint text-xs">/{formatNumber(cell.alone.required)}</span>
          )}
        </>
      )}
      {ghost && cell.own !== null && <s className="ml-1 text-faint text-xs">{formatNumber(cell.own)}</s>}
      {cell.own === null && !cell.mixed && behind && (
        <s className="ml-1 text-attention text-xs">{words(behind.value)}</s>
      )}
    </Cell>
  )
}
