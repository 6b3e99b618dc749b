import { formatNumber } from '@/lib/format'
import type { PermissionCell, RequirementCell } from '@/lib/mig/acl/matrix'

/** One cell as it is drawn, the same in the table and in the grid. What is absent is not drawn. */
export type CellView = {
  /** The stored value; absent is no rule, which is not 0. */
  own?: number
  /** The value that counts instead of the own one, lent by the module `default`; null where `default` has none either. */
  lent?: { value: number | null }
  /** The minimum that the weight is measured by. */
  of?: number
  /** Rules on older rows, newest first, which count for nothing. */
  behind?: number[]
  /** Live rows differ, which counts as refusing. */
  mixed?: true
  tone?: 'attention' | 'good' | 'bad'
  /** All that is to say of it, in a sentence. */
  label: string
}

const inWords = (value: number | null, none: string) => (value === null ? none : formatNumber(value))

function behindOf(cell: RequirementCell | PermissionCell): number[] | undefined {
  const values = cell.leftBehind.flatMap(({ value }) => (value === null ? [] : [value]))
  return values.length > 0 ? values : undefined
}

/** A minimum as it is drawn. */
export function requirementView(cell: RequirementCell, module: string, endpoint: string): CellView {
  const words = (value: number | null) => inWords(value, 'no rule')
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
  return {
    own: cell.own ?? undefined,
    lent: cell.own === null && cell.inherited !== null ? { value: cell.inherited } : undefined,
    behind: behindOf(cell),
    mixed: cell.mixed ? true : undefined,
    tone: cell.mixed ? 'attention' : cell.problem ? 'bad' : undefined,
    label: `${module} on ${endpoint}: ${said.join('; ')}.`,
  }
}

/** A weight as it is drawn: beside the minimum that an action needs, green where the person's signature alone is enough. */
export function permissionView(cell: PermissionCell, module: string, who: string): CellView {
  const words = (value: number | null) => inWords(value, 'no weight')
  const { alone } = cell
  const lent = alone.via === 'default' && module !== 'default'
  const weight = alone.via === 'default' ? (alone.contributions[0]?.weight ?? null) : cell.own
  const said = [cell.own === null ? 'no weight of its own' : `weight ${formatNumber(cell.own)}`]
  if (cell.mixed) said.push(`mixed: the live rows say ${cell.mixed.map((row) => words(row.value)).join(' and ')}`)
  if (lent) said.push(`the minimum comes from the module default, for which the weight is ${words(weight)}`)
  if (alone.outcome === 'no-rule') said.push('no minimum is set, so every action is refused')
  else if (alone.outcome === 'ambiguous')
    said.push('two modules share the name, so the tables do not say which rule holds')
  else if (alone.outcome === 'below-one')
    said.push(`the minimum ${formatNumber(alone.required ?? 0)} is below 1, which agents refuse`)
  else if (cell.minimumMixed) said.push('the live rows have different minimums, which counts as refusing')
  else if (cell.weightMixed)
    said.push('the live rows have different weights where it is judged, which counts as refusing')
  else
    said.push(
      `${formatNumber(alone.got)} of ${formatNumber(alone.required ?? 0)}: ${alone.outcome === 'accepted' ? 'enough alone' : 'not enough alone'}`,
    )
  if (alone.contributions.some((c) => c.disabled)) said.push('disabled investigators count 0')
  if (cell.leftBehind.length > 0)
    said.push(`left behind on older rows: ${cell.leftBehind.map((row) => words(row.value)).join(', ')}`)
  const isMixed = cell.mixed !== null || cell.minimumMixed || cell.weightMixed
  const isRefused = alone.outcome === 'below-one' || alone.outcome === 'ambiguous'
  return {
    own: cell.own ?? undefined,
    lent: lent ? { value: weight } : undefined,
    of: alone.required ?? undefined,
    behind: cell.mixed ? undefined : behindOf(cell),
    mixed: isMixed ? true : undefined,
    tone: isMixed ? 'attention' : alone.outcome === 'accepted' ? 'good' : isRefused ? 'bad' : undefined,
    label: `${module}, ${who}: ${said.join('; ')}.`,
  }
}
