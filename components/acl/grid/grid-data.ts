import type { EndpointRow, Person } from '@/lib/mig/acl/endpoints'
import type { KnownFile } from '@/lib/mig/acl/file-states'
import type { PermissionCell, RequirementCell } from '@/lib/mig/acl/matrix'
import type { RequirementRow } from '@/lib/mig/acl/minimums'
import type { ModuleRow, PermissionRow } from '@/lib/mig/acl/weights'
import type { EndpointState } from '@/lib/mig/agents/status'
import type { Module } from '@/lib/mig/modules/queries'
import type { MigId } from '@/lib/mig/wire/id'
import { type CellView, permissionView, requirementView } from '../cell-view'

/** A column of the grid: a module, or an investigator where one module is shown. */
export type GridColumn = {
  id: MigId
  name: string
  kind: 'module' | 'person'
  twin?: boolean
  sensitive?: boolean
  disabled?: boolean
}

/** A row of the grid: an endpoint as its newest row, or an investigator where one endpoint is shown. */
export type GridRow = {
  id: MigId
  name: string
  kind: 'endpoint' | 'person'
  os?: string
  state?: EndpointState
  queueloc?: string
  disabled?: boolean
  /** How many of its rules stand on older rows. */
  behind: number
  /** Its live rows have different rules. */
  mixed: boolean
  cells: Record<string, CellView>
  /** How the tables stand to the endpoint's last file; absent where none is known. */
  file?: KnownFile
  /** A row that is only read: the minimums above the weights of one endpoint. */
  locked?: true
}

/** What the server sends as the grid is scrolled: rows in order, and where the next ones begin. */
export type GridWindow = { rows: GridRow[]; next: string | null }

type Named = { id: MigId; name: string }

/** What all cells of the grid have in common: whose weights, where, for what. */
export type GridScope =
  | { view: 'minimums' }
  | { view: 'investigator'; person: Named }
  | { view: 'endpoint'; endpoint: Named }
  | { view: 'module'; module: Named }

type Marks = { behind: number; mixed: boolean }

function marksOf(cells: Record<string, RequirementCell | PermissionCell>): Marks {
  const all = Object.values(cells)
  return {
    behind: all.reduce((sum, cell) => sum + cell.leftBehind.length, 0),
    mixed: all.some((cell) => cell.mixed !== null),
  }
}

function endpointRow(endpoint: EndpointRow, marks: Marks, cells: Record<string, CellView>): GridRow {
  const { id, name, os, state, queueloc } = endpoint
  return { id, name, kind: 'endpoint', os, state, queueloc, ...marks, cells }
}

function views<Cell>(
  cells: Record<string, Cell>,
  columns: readonly Named[],
  view: (cell: Cell, column: Named) => CellView,
): Record<string, CellView> {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const cell = cells[column.id]
      return cell ? [[column.id, view(cell, column)]] : []
    }),
  )
}

/** An endpoint's minimums as the grid draws them. */
export function minimumsRow({ endpoint, cells }: RequirementRow, modules: readonly Module[]): GridRow {
  return endpointRow(
    endpoint,
    marksOf(cells),
    views(cells, modules, (cell, module) => requirementView(cell, module.name, endpoint.name)),
  )
}

/** One person's weights on an endpoint, or one of the people on the endpoint that is shown. */
export function weightsRow({ endpoint, person, cells }: PermissionRow, modules: readonly Module[]): GridRow {
  const who = endpoint ? endpoint.name : person.name
  const drawn = views(cells, modules, (cell, module) => permissionView(cell, module.name, who))
  const marks = marksOf(cells)
  if (endpoint) return endpointRow(endpoint, marks, drawn)
  return { id: person.id, name: person.name, kind: 'person', disabled: person.disabled, ...marks, cells: drawn }
}

/** The people's weights for one module on an endpoint. */
export function moduleRow({ endpoint, cells }: ModuleRow, module: Named, people: readonly Person[]): GridRow {
  return endpointRow(
    endpoint,
    marksOf(cells),
    views(cells, people, (cell, person) => permissionView(cell, module.name, `${person.name} on ${endpoint.name}`)),
  )
}

/** The rows with how the tables stand to each endpoint's last file. */
export function withFiles(rows: GridRow[], files: ReadonlyMap<string, KnownFile>): GridRow[] {
  return files.size === 0 ? rows : rows.map((row) => ({ ...row, file: files.get(row.id) }))
}

/** The minimums above the weights of one endpoint: to compare with, not to edit here. */
export function leadRow(
  endpoint: Named,
  minimums: Record<string, RequirementCell>,
  modules: readonly Module[],
): GridRow {
  const cells = views(minimums, modules, (cell, module) => requirementView(cell, module.name, endpoint.name))
  return { id: endpoint.id, name: 'Minimum weight', kind: 'endpoint', ...marksOf(minimums), cells, locked: true }
}

export const moduleColumns = (modules: readonly Module[]): GridColumn[] =>
  modules.map(({ id, name, twin, sensitive }) => ({ id, name, kind: 'module', twin, sensitive }))

export const personColumns = (people: readonly Person[]): GridColumn[] =>
  people.map(({ id, name, disabled }) => ({ id, name, kind: 'person', disabled }))
