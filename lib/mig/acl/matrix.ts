import type { MigId } from '@/lib/mig/wire/id'
import {
  DEFAULT_MODULE,
  type EndpointRules,
  judgeModule,
  type ModuleVerdict,
  type Requirement,
  requirementFor,
} from './rule'

/** A value on one of the endpoint's rows; `value` null is a live row without a rule. */
export type RowValue = { agentId: MigId; value: number | null }

/** One cell as stored: the newest row's value, and what the other rows of the endpoint say. */
export type StoredCell = {
  /** The value on the endpoint's newest row; null when there is no row. */
  own: number | null
  /** Rules on older rows, which count for nothing. */
  leftBehind: RowValue[]
  /** What the endpoint's live rows say where they differ; it counts as refusing. */
  mixed: RowValue[] | null
}

/** A rule on an agent row, or (`moduleid` null) a live agent row without one. */
export type RuleRow = {
  queueloc: string
  agentid: MigId
  live: boolean
  moduleid: MigId | null
  investigatorid: MigId | null
  value: number | null
}

/** The stored cells of one endpoint by module, from all rules on its rows. `newest` is the row that stands for it. */
export function cellsOf(
  rows: readonly RuleRow[],
  newest: MigId,
  modules: readonly { id: MigId }[],
): Record<string, StoredCell> {
  const agents = new Map<MigId, boolean>()
  for (const row of rows) agents.set(row.agentid, row.live)
  const cells: Record<string, StoredCell> = {}
  for (const { id } of modules) {
    const values = new Map<MigId, number>()
    for (const row of rows) if (row.moduleid === id && row.value !== null) values.set(row.agentid, row.value)
    const live = [...agents]
      .filter(([, isLive]) => isLive)
      .map(([agentId]) => ({ agentId, value: values.get(agentId) ?? null }))
    const mixed = new Set(live.map((row) => row.value)).size > 1
    cells[id] = {
      own: values.get(newest) ?? null,
      leftBehind: [...values].flatMap(([agentId, value]) => (agentId === newest ? [] : [{ agentId, value }])),
      mixed: mixed ? live : null,
    }
  }
  return cells
}

export type RequirementCell = StoredCell & {
  /** The minimum that `default` lends to a cell without one of its own. */
  inherited: number | null
  /**
   * A minimum below 1, which agents refuse; a name that two modules share; or a minimum that all investigators together do
   * not reach.
   */
  problem: 'below-one' | 'ambiguous' | 'unreachable' | null
}

/** The cells of one endpoint's row in the matrix of minimums, with what `default` lends; `reachable` is by module's id. */
export function requirementCells(
  rows: readonly RuleRow[],
  newest: MigId,
  modules: readonly { id: MigId; name: string }[],
  reachable?: ReadonlyMap<string, number>,
): Record<string, RequirementCell> {
  const stored = cellsOf(rows, newest, modules)
  const requirements = Object.entries(stored).flatMap(([moduleId, cell]) =>
    cell.own === null ? [] : [{ moduleId, minimumWeight: cell.own }],
  )
  const cells: Record<string, RequirementCell> = {}
  for (const module of modules) {
    const cell = stored[module.id] as StoredCell
    const found = requirementFor({ modules, requirements }, module.name)
    const lent = found.kind === 'found' && found.via === 'default' && module.name !== DEFAULT_MODULE
    cells[module.id] = {
      ...cell,
      inherited: cell.own === null && lent ? found.minimum : null,
      problem: problemOf(found, reachable),
    }
  }
  return cells
}

function problemOf(requirement: Requirement, reachable?: ReadonlyMap<string, number>): RequirementCell['problem'] {
  if (requirement.kind === 'ambiguous') return 'ambiguous'
  if (requirement.kind === 'none') return null
  if (requirement.minimum < 1) return 'below-one'
  return reachable && (reachable.get(requirement.moduleId) ?? 0) < requirement.minimum ? 'unreachable' : null
}

export type PermissionCell = StoredCell & {
  /** What the person's signature alone does for the module on this endpoint. */
  alone: ModuleVerdict
  /** The endpoint's live rows have different minimums, so that nobody can say which one will be asked. */
  minimumMixed: boolean
  /** They give the person different weights where the minimum is taken from. */
  weightMixed: boolean
}

/** The cells of one person on one endpoint: the stored weights, judged against the endpoint's minimums. */
export function permissionCells(
  rows: readonly RuleRow[],
  newest: MigId,
  modules: readonly { id: MigId; name: string }[],
  minimums: Record<string, RequirementCell>,
  person: { id: MigId; fingerprint: string | null; disabled: boolean },
): Record<string, PermissionCell> {
  const mine = rows.filter((row) => row.moduleid === null || row.investigatorid === person.id)
  // A live row that carries only other people's weights has none of this person's.
  const others: RuleRow[] = rows
    .filter((row) => row.live && row.investigatorid !== person.id)
    .map((row) => ({ ...row, moduleid: null, investigatorid: null, value: null }))
  const stored = cellsOf([...mine, ...others], newest, modules)
  const weights = Object.entries(stored).flatMap(([moduleId, cell]) =>
    cell.own === null ? [] : [{ investigatorId: person.id, moduleId, weight: cell.own }],
  )
  const requirements: EndpointRules['requirements'] = Object.entries(minimums).flatMap(([moduleId, cell]) =>
    cell.own === null ? [] : [{ moduleId, minimumWeight: cell.own }],
  )
  const isMixed = (id: string) => Boolean(minimums[id]?.mixed)
  const defaults = modules.filter((m) => m.name === DEFAULT_MODULE)
  const signer = { investigatorId: person.id, fingerprint: person.fingerprint, disabled: person.disabled }
  const cells: Record<string, PermissionCell> = {}
  for (const module of modules) {
    const alone = judgeModule({ modules, requirements, weights }, [signer], module.name)
    const minimumMixed = isMixed(module.id) || (alone.via === 'default' && defaults.some((m) => isMixed(m.id)))
    const weightMixed = (alone.via === 'default' ? defaults : [module]).some((m) => Boolean(stored[m.id]?.mixed))
    cells[module.id] = { ...(stored[module.id] as StoredCell), alone, minimumMixed, weightMixed }
  }
  return cells
}
