import 'server-only'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { pool } from '@/lib/db/pool'
import { onPrimary, readRows } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import { agentNamesSql, differingCellsSql, olderAgentsSql } from './batch.sql'
import { type CellChange, cellKey, MOST_CELLS } from './change'
import type { ImportFile, ImportLine, Meant, Refused } from './import-file'
import { type ImportPreview, SHOWN_IMPORTS } from './import-preview'

type Named = { id: MigId; name: string }

/** Who a name means: exactly one row, or why none is taken. */
class Directory {
  private readonly byId: Map<string, Named>
  private readonly byName = new Map<string, Named[]>()

  constructor(
    rows: readonly Named[],
    private readonly what: string,
  ) {
    this.byId = new Map(rows.map((row) => [row.id, row]))
    for (const row of rows) this.byName.set(row.name, [...(this.byName.get(row.name) ?? []), row])
  }

  find({ id, name }: Meant): Named | string {
    if (id) {
      const row = this.byId.get(id)
      if (!row) return `There is no ${this.what} ${id}.`
      return name === null || name === row.name
        ? row
        : `The ${this.what} ${id} is ${row.name}, not ${name.slice(0, 100)}.`
    }
    const [row, another] = this.byName.get(name ?? '') ?? []
    if (!row) return `There is no ${this.what} named ${(name ?? '').slice(0, 100)}.`
    return another ? `Two rows are the ${this.what} ${row.name}: ${row.id} and ${another.id}. Give the id.` : row
  }
}

type Endpoint = Named & { queueloc: string }
type AgentRow = Endpoint & { newest: MigId | null }

async function agentsOf(
  lines: readonly ImportLine[],
  now: Instant,
  chunk: number,
): Promise<(line: ImportLine) => AgentRow | string> {
  const ids = [...new Set(lines.flatMap(({ agent }) => (agent.id ? [agent.id] : [])))]
  const others = lines.filter(({ agent }) => !agent.id)
  const queues = [...new Set(others.flatMap(({ agent }) => (agent.queueloc ? [agent.queueloc] : [])))]
  const names = [...new Set(others.flatMap(({ agent }) => (agent.queueloc ? [] : [agent.name ?? ''])))]
  const [found, older, byQueue, byName] = await Promise.all([
    rowsOf<Endpoint, MigId>(ids, chunk, agentNamesSql),
    rowsOf<{ agent: MigId; newest: MigId | null }, MigId>(ids, chunk, (part) => olderAgentsSql(part, now)),
    rowsOf<Endpoint>(queues, chunk, (part) => newestSql(sql`a.queueloc = ANY(${part}::text[])`, now)),
    rowsOf<Endpoint>(names, chunk, (part) =>
      newestSql(sql`a.queueloc IN (SELECT p.queueloc FROM public.agents p WHERE p.name = ANY(${part}::text[]))`, now),
    ),
  ])
  const newest = new Map(older.map((row) => [row.agent, row.newest]))
  const known = new Map(found.map((row) => [row.id, { ...row, newest: newest.get(row.id) ?? null }]))
  const queued = new Map(byQueue.map((row) => [row.queueloc, { ...row, newest: null }]))
  // Each once: an endpoint that was renamed may be found in two chunks.
  const rows = new Map(byName.map((row) => [row.id, { ...row, newest: null }]))
  const directory = new Directory([...rows.values()], 'endpoint')
  return ({ agent: { id, name, queueloc } }) => {
    if (!id && !queueloc) {
      const row = directory.find({ id: null, name })
      return typeof row === 'string' ? row : (rows.get(row.id) ?? `There is no endpoint ${row.id}.`)
    }
    const row = id ? known.get(id) : queued.get(queueloc ?? '')
    if (!row) return id ? `There is no agent ${id}.` : `There is no endpoint with the queue ${queueloc?.slice(0, 100)}.`
    if (name !== null && name !== row.name) return `The agent ${row.id} is ${row.name}, not ${name.slice(0, 100)}.`
    if (queueloc !== null && queueloc !== row.queueloc)
      return `The agent ${row.id} has the queue ${row.queueloc}, not ${queueloc.slice(0, 100)}.`
    return row
  }
}

// On a busy server the role's limit for a statement is short for ten thousand names or cells.
const asked = <Row extends object>(statement: Sql): Promise<Row[]> =>
  onPrimary(() => readRows<Row>(statement, { timeout: '60s' }))

// In chunks: a file of the command line names more than one statement may take time for.
async function rowsOf<Row extends object, Value = string>(
  values: readonly Value[],
  chunk: number,
  statement: (part: Value[]) => Sql,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < values.length; from += chunk)
    for (const row of await asked<Row>(statement(values.slice(from, from + chunk)))) rows.push(row)
  return rows
}

// The rows that stand for their endpoints.
function newestSql(which: Sql, now: Instant): Sql {
  return sql`SELECT DISTINCT ON (a.queueloc) trunc(a.id)::text AS id, a.name, a.queueloc FROM public.agents a WHERE ${which}
    ORDER BY a.queueloc, a.heartbeattime <= ${now}::timestamptz DESC, a.heartbeattime DESC, a.id DESC`
}

const CHUNK = 10_000

/** What is stored in these cells: a value, or why there is not exactly one. */
async function storedIn(
  table: CellChange['table'],
  cells: readonly CellChange[],
  chunk: number,
): Promise<Map<string, number | string>> {
  const stored = new Map<string, number | string>()
  for (let from = 0; from < cells.length; from += chunk) {
    const part = cells.slice(from, from + chunk)
    const rows = await asked<{ n: number; now: number; rows: number }>(differingCellsSql(table, part))
    for (const { n, now: value, rows: count } of rows)
      stored.set(
        cellKey(part[n] as CellChange),
        count > 1 ? `The database has ${count} rows for this cell instead of one.` : value,
      )
  }
  return stored
}

/**
 * What importing the file of one matrix would do, line by line against what is stored now; nothing is written. For admins.
 * Lines that name nobody known, that contradict themselves or each other, or that would change a row which no longer stands
 * for its endpoint are refused one by one. Throws `invalid` for what is no such file or changes too much at once. Names and
 * cells are looked up `chunk` at a time.
 */
export async function previewImport(
  viewer: Viewer,
  file: ImportFile,
  most = MOST_CELLS,
  chunk = CHUNK,
): Promise<{ preview: ImportPreview; changes: CellChange[] }> {
  assertAdmin(viewer)
  if (!file.ok) throw new AppError('invalid', `${file.problem} Nothing was changed.`)
  const { table, lines } = file
  const [agentOf, modules, people] = await Promise.all([
    agentsOf(lines, (await now()).mig, chunk),
    named('modules'),
    table === 'agtmodreq' ? new Directory([], 'investigator') : named('investigators'),
  ])
  const refusals: Refused[] = [...file.refused]
  const meant: { line: ImportLine; cell: CellChange; agent: AgentRow; module: string; investigator: string | null }[] =
    []
  const places = new Map<string, number>()
  for (const line of lines) {
    const agent = agentOf(line)
    const module = modules.find(line.module)
    const person = line.investigator ? people.find(line.investigator) : null
    const why = [agent, module, person].find((found) => typeof found === 'string')
    if (
      typeof why === 'string' ||
      typeof agent === 'string' ||
      typeof module === 'string' ||
      typeof person === 'string'
    ) {
      refusals.push({ line: line.line, why: String(why) })
      continue
    }
    const place = { agent: agent.id, module: module.id, seen: null, value: line.value }
    const cell: CellChange = person
      ? { table: 'invagtmodperm', investigator: person.id, ...place }
      : { table: 'agtmodreq', ...place }
    const key = cellKey(cell)
    const twin = places.get(key)
    if (twin !== undefined) {
      refusals.push({ line: line.line, why: `It names the same cell as line ${twin}.` })
      continue
    }
    places.set(key, line.line)
    meant.push({ line, cell, agent, module: module.name, investigator: person?.name ?? null })
  }
  const stored = await storedIn(
    table,
    meant.map(({ cell }) => cell),
    chunk,
  )
  const changes: CellChange[] = []
  const shown: ImportPreview['cells'] = []
  const figures = { added: 0, changed: 0, removed: 0, unchanged: 0 }
  for (const { line, cell, agent, module, investigator } of meant) {
    const seen = stored.get(cellKey(cell)) ?? null
    const refuse = (why: string) => refusals.push({ line: line.line, why })
    if (typeof seen === 'string') refuse(seen)
    else if (seen === cell.value) figures.unchanged++
    else if (agent.newest)
      refuse(
        `The agent ${agent.id} does not stand for its endpoint any more, the row ${agent.newest} does: only rules there hold.`,
      )
    else {
      figures[seen === null ? 'added' : cell.value === null ? 'removed' : 'changed']++
      changes.push({ ...cell, seen })
      if (shown.length < SHOWN_IMPORTS)
        shown.push({
          line: line.line,
          agentid: agent.id,
          name: agent.name,
          module,
          investigator,
          seen,
          value: cell.value,
        })
    }
  }
  if (changes.length > most)
    throw new AppError(
      'invalid',
      `The file changes ${formatNumber(changes.length)} cells; one batch takes ${formatNumber(most)}. Split it, or import it from the command line; nothing was changed.`,
    )
  refusals.sort((a, b) => a.line - b.line)
  const preview = {
    table,
    lines: lines.length + file.refused.length,
    ...figures,
    refused: refusals.length,
    cells: shown,
    refusals: refusals.slice(0, SHOWN_IMPORTS),
  }
  return { preview, changes }
}

async function named(table: 'modules' | 'investigators'): Promise<Directory> {
  const { rows } = await pool().query<Named>(
    table === 'modules'
      ? sql`SELECT trunc(id)::text AS id, name FROM public.modules ORDER BY id`
      : sql`SELECT trunc(id)::text AS id, name FROM public.investigators ORDER BY id`,
  )
  return new Directory(rows, table.slice(0, -1))
}
