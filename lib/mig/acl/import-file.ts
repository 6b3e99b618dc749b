import { formatNumber } from '@/lib/format'
import { type MigId, parseId } from '@/lib/mig/wire/id'
import type { CellChange } from './change'
import { readWeight, WEIGHT_WORDS } from './weight'

/** What a line says of whom or what it means: by id, by name, or both. */
export type Meant = { id: MigId | null; name: string | null }

/** One line of a matrix's file. `value` null is an empty cell: no rule. */
export type ImportLine = {
  /** Its number in the file, from 1 on, the header counted. */
  line: number
  agent: Meant & { queueloc: string | null }
  module: Meant
  /** null in a file of minimums. */
  investigator: Meant | null
  value: number | null
}

export type Refused = { line: number; why: string }

export type ImportFile =
  | { ok: true; table: CellChange['table']; lines: ImportLine[]; refused: Refused[] }
  | { ok: false; problem: string }

/** How many lines a form takes, and the command line. */
export const MOST_LINES = 100_000
export const MOST_LINES_OPERATOR = 1_000_000
/** The largest file that the command line reads at once: what so many lines of an export hold, and a text of JavaScript. */
export const MOST_BYTES_OPERATOR = 400_000_000

const VALUES = { agtmodreq: 'minimumweight', invagtmodperm: 'weight' } as const
/** The columns of both exports. Those that say nothing of the cell are taken and not looked at. */
const COLUMNS = [
  'investigatorid',
  'investigator',
  'agentid',
  'name',
  'queueloc',
  'os',
  'moduleid',
  'module',
  'minimumweight',
  'weight',
  'left_behind',
]

/** Reads what a matrix exports: CSV (comma, semicolon or tab), NDJSON or a JSON list. Lines that say no cell are refused one by one. */
export function readImportFile(text: string, most = MOST_LINES): ImportFile {
  const plain = text.replace(/^\uFEFF/, '')
  if (plain.trim() === '') return { ok: false, problem: 'The file is empty.' }
  const first = plain.trimStart()[0]
  const records = first === '[' ? jsonRecords(plain) : first === '{' ? ndjsonRecords(plain, most) : csvRecords(plain)
  if (typeof records === 'string') return { ok: false, problem: records }
  const { columns, rows } = records
  const unknown = columns.find((column) => !COLUMNS.includes(column))
  if (unknown !== undefined)
    return {
      ok: false,
      problem: `There is no column "${unknown.slice(0, 60)}": the exports have ${COLUMNS.join(', ')}.`,
    }
  const minimums = columns.includes(VALUES.agtmodreq)
  if (minimums === columns.includes(VALUES.invagtmodperm))
    return {
      ok: false,
      problem: 'A file of minimums has a column minimumweight, one of weights a column weight, and none has both.',
    }
  const table = minimums ? 'agtmodreq' : 'invagtmodperm'
  const needs = [
    ['agentid', 'queueloc', 'name'],
    ['moduleid', 'module'],
    ...(minimums ? [] : [['investigatorid', 'investigator']]),
  ]
  const lacking = needs.find((any) => !any.some((column) => columns.includes(column)))
  if (lacking) return { ok: false, problem: `The file has no column ${lacking.join(', ')}: one of them is needed.` }
  const lines: ImportLine[] = []
  const refused: Refused[] = []
  const shared = sharing()
  for (const { line, cells } of rows) {
    if (lines.length + refused.length === most)
      return {
        ok: false,
        problem: `The file has more than ${formatNumber(most)} lines. Split it, with the first line in each part.`,
      }
    const read = typeof cells === 'string' ? cells : lineOf(line, table, cells)
    if (typeof read === 'string') refused.push({ line, why: read })
    else lines.push(shared(read))
  }
  return { ok: true, table, lines, refused }
}

/**
 * Lets lines that mean the same agent, module or person hold it together: a million lines name few of each. It is a copy, because
 * a piece of a text keeps the whole of it in memory.
 */
function sharing(): (line: ImportLine) => ImportLine {
  const known = new Map<string, ImportLine['agent']>()
  const one = (meant: Meant & { queueloc?: string | null }) => {
    const key = `${meant.id}\0${meant.name}\0${meant.queueloc}`
    const found = known.get(key)
    if (found) return found
    const copy = JSON.parse(JSON.stringify(meant)) as ImportLine['agent']
    known.set(key, copy)
    return copy
  }
  return ({ line, agent, module, investigator, value }) => ({
    line,
    agent: one(agent),
    module: one(module),
    investigator: investigator && one(investigator),
    value,
  })
}

/** A record's texts by column, or why it is none. */
type Cells = Record<string, string> | string
type Records = { columns: string[]; rows: Iterable<{ line: number; cells: Cells }> } | string

function lineOf(line: number, table: CellChange['table'], cells: Record<string, string>): ImportLine | string {
  const text = (column: string) => cells[column]?.trim() || null
  const ids: Record<string, MigId | null> = {}
  for (const column of ['agentid', 'moduleid', 'investigatorid']) {
    const written = text(column)
    const id = written === null ? null : parseId(written.replace(/^="?(\d+)"?$/, '$1'))
    if (written !== null && id === null)
      return /^\d+([.,]\d+)?[eE]\+?\d+$/.test(written)
        ? `${column} ${written} was rounded by a spreadsheet: export with ids=text.`
        : `${column} "${written.slice(0, 60)}" is no id.`
    ids[column] = id
  }
  if (cells[VALUES[table]] === undefined) return `It has no ${VALUES[table]}: an empty one is no rule.`
  const written = text(VALUES[table])
  const value = written === null ? null : readWeight(written)
  if (written !== null && value === null) return `${VALUES[table]} "${written.slice(0, 60)}" is no ${WEIGHT_WORDS}.`
  const agent = { id: ids.agentid ?? null, name: cells.name || null, queueloc: cells.queueloc || null }
  if (!agent.id && !agent.name && !agent.queueloc) return 'It names no agent.'
  const module = { id: ids.moduleid ?? null, name: cells.module || null }
  if (!module.id && !module.name) return 'It names no module.'
  const person = { id: ids.investigatorid ?? null, name: cells.investigator || null }
  if (table === 'agtmodreq') return { line, agent, module, investigator: null, value }
  if (!person.id && !person.name) return 'It names no investigator.'
  return { line, agent, module, investigator: person, value }
}

function jsonRecords(text: string): Records {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return 'The file begins like JSON and is none.'
  }
  if (!Array.isArray(list)) return 'The JSON is no list of cells.'
  return recordsOf(() => list.entries())
}

// No more than one beyond `most` is read: a file that is refused for its length needs no more time.
function ndjsonRecords(text: string, most: number): Records {
  return recordsOf(function* () {
    for (let from = 0, place = 0, read = 0; from < text.length && read <= most; place++) {
      const end = text.indexOf('\n', from)
      const written = text.slice(from, end < 0 ? text.length : end)
      from = end < 0 ? text.length : end + 1
      if (written.trim() === '') continue
      read++
      yield [place, parsedOrNone(written)]
    }
  })
}

function parsedOrNone(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values with their place from 0 as records. They are gone through twice, the columns first, so that few are held at a time. */
function recordsOf(values: () => Iterable<[place: number, value: unknown]>): Records {
  const columns = new Set<string>()
  for (const [, value] of values()) if (isObject(value)) for (const column of Object.keys(value)) columns.add(column)
  return { columns: [...columns], rows: recordCells(values()) }
}

function* recordCells(values: Iterable<[place: number, value: unknown]>): Generator<{ line: number; cells: Cells }> {
  for (const [place, value] of values)
    yield { line: place + 1, cells: isObject(value) ? cellsOf(value) : 'It is no JSON object.' }
}

function cellsOf(value: object): Cells {
  const cells: Record<string, string> = {}
  for (const [column, entry] of Object.entries(value)) {
    // Said to be empty, which for the value is "no rule"; a column that is not there says nothing.
    if (entry === null) {
      cells[column] = ''
      continue
    }
    if (column.endsWith('id') && typeof entry === 'number' && !Number.isSafeInteger(entry))
      return `${column} is a number that JSON rounds: ids are texts of digits.`
    if (typeof entry === 'object') return `${column} is no single value.`
    cells[column] = String(entry)
  }
  return cells
}

// The exports put one apostrophe before what a spreadsheet would run.
const GUARDED = /^'(?='*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])/

function csvRecords(text: string): Records {
  const header = text.slice(0, /\r|\n|$/.exec(text)?.index)
  const separator = [',', ';', '\t'].find((sign) => header.includes(sign)) ?? ','
  const lines = csvLines(text, separator)
  const first = lines.next().value
  const columns = (first?.fields ?? []).map((name) => name.trim())
  const twice = columns.find((name, i) => columns.indexOf(name) !== i)
  if (twice !== undefined) return `The column "${twice.slice(0, 60)}" stands twice in the header.`
  return { columns, rows: csvCells(columns, lines) }
}

function* csvCells(columns: readonly string[], lines: Iterable<CsvLine>): Generator<{ line: number; cells: Cells }> {
  for (const { line, fields, open } of lines)
    if (open) yield { line, cells: 'A quotation mark in it is never closed.' }
    else if (fields.length !== columns.length)
      yield { line, cells: `It has ${fields.length} columns, the header has ${columns.length}.` }
    else
      yield {
        line,
        cells: Object.fromEntries(columns.map((name, i) => [name, (fields[i] ?? '').replace(GUARDED, '')])),
      }
}

type CsvLine = { line: number; fields: string[]; open: boolean }

/**
 * The lines of RFC 4180, one by one and without empty ones below the header; `line` is where one begins, for quoted texts may
 * hold line breaks.
 */
function* csvLines(text: string, separator: string): Generator<CsvLine, undefined> {
  let isFirst = true
  let at = 0
  let line = 1
  let current: CsvLine = { line, fields: [], open: false }
  while (at <= text.length) {
    let field = ''
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1)
      let from = at + 1
      while (end >= 0 && text[end + 1] === '"') {
        field += text.slice(from, end + 1)
        from = end + 2
        end = text.indexOf('"', from)
      }
      current.open = end < 0
      field += text.slice(from, end < 0 ? text.length : end)
      line += field.split('\n').length - 1
      at = end < 0 ? text.length : end + 1
    }
    const rest = at
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++
    current.fields.push(field + text.slice(rest, at))
    if (text[at] === separator) {
      at++
      continue
    }
    if (isFirst || current.fields.length > 1 || current.fields[0] !== '') yield current
    isFirst = false
    if (text[at] === '\r' && text[at + 1] === '\n') at++
    at++
    line++
    current = { line, fields: [], open: false }
  }
}
