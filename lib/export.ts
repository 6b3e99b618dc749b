import 'server-only'
import { recordExport } from '@/lib/audit/record-export'
import { requestViewer, type Viewer } from '@/lib/auth/viewer'
import { answerPlainly } from '@/lib/conventions'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { copyLines } from '@/lib/db/copy'
import type { Sql } from '@/lib/db/sql'
import { AppError, httpStatus } from '@/lib/errors'
import { exportLinesSql } from '@/lib/export-lines.sql'
import type { ListDefinition, ListParams, RawParams } from '@/lib/list-params'
import { beginAnswer } from '@/lib/streamed-answer'

/** `id` and `number` are never quoted as text; `json` is text in CSV and a value in NDJSON. */
export type ExportColumn = { name: string; kind: 'id' | 'number' | 'text' | 'time' | 'json' | 'flag' }

/**
 * A list as rows keyed by column name, in batches, already in the list's order; `name` is the file's, where it is not the list's.
 * `cut` says in a sentence of ASCII why the rows are not all: it becomes the last line and the header x-mig-cut.
 */
export type ExportSource = {
  columns: ExportColumn[]
  rows: AsyncIterable<Record<string, unknown>[]>
  name?: string
  cut?: string
}

/**
 * A list of millions of rows: the statement that gives them, of which PostgreSQL makes the lines. `isSorted` where the list's
 * order has nothing to do with where the rows lie: read as they lie and sorted, they come sooner than one by one.
 */
export type CopySource = { columns: ExportColumn[]; statement: Sql; isSorted?: true; name?: string; cut?: undefined }

export const EXPORT_FORMATS = ['csv', 'ndjson'] as const
type Format = (typeof EXPORT_FORMATS)[number]

// A spreadsheet runs a cell that begins so, its full-width forms included. Apostrophes before it get one more, so that taking
// one away gives the text back.
const FORMULA = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

function csvCell(value: unknown, kind: ExportColumn['kind'], idsAsText: boolean): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (kind === 'id') return idsAsText ? `"=""${text}"""` : text
  if (kind === 'number' || kind === 'flag') return text
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function ndjsonText(value: unknown, kind: ExportColumn['kind']): string {
  if (value === null || value === undefined) return 'null'
  if (kind === 'number') return JSON.stringify(Number(value))
  if (kind === 'json' && typeof value === 'string') {
    try {
      JSON.parse(value)
    } catch {
      return JSON.stringify(value)
    }
    // As stored, digits and all: line breaks stand between the tokens of JSON only.
    return value.replace(/[\r\n]/g, ' ')
  }
  return JSON.stringify(value)
}

const headOf = (columns: ExportColumn[]) => `${columns.map((c) => c.name).join(',')}\r\n`

/** The lines of a list, whichever way they are made. */
export function linesOf(
  source: ExportSource | CopySource,
  format: Format,
  idsAsText = false,
  signal?: AbortSignal,
): AsyncGenerator<string | Buffer> {
  return 'statement' in source ? copiedLines(source, format, idsAsText, signal) : exportLines(source, format, idsAsText)
}

// The same lines as `exportLines` makes, as bytes in large pieces.
async function* copiedLines(
  { columns, statement, isSorted }: CopySource,
  format: Format,
  idsAsText: boolean,
  signal?: AbortSignal,
): AsyncGenerator<string | Buffer> {
  if (format === 'csv') yield headOf(columns)
  const lines = exportLinesSql(columns, statement, format, idsAsText)
  yield* copyLines(lines, format === 'csv' ? '\r\n' : '\n', { isSorted, signal })
}

/** The rows as lines of CSV (RFC 4180, with a header) or NDJSON, a chunk a batch. */
export async function* exportLines(source: ExportSource, format: Format, idsAsText = false): AsyncGenerator<string> {
  const { columns } = source
  if (format === 'csv') yield headOf(columns)
  for await (const batch of source.rows) {
    let chunk = ''
    for (const row of batch) {
      chunk +=
        format === 'csv'
          ? `${columns.map((c) => csvCell(row[c.name], c.kind, idsAsText)).join(',')}\r\n`
          : `{${columns.map((c) => `${JSON.stringify(c.name)}:${ndjsonText(row[c.name], c.kind)}`).join(',')}}\n`
    }
    yield chunk
  }
  const { cut } = source
  if (cut === undefined) return
  yield format === 'csv'
    ? `${columns.map((_, i) => (i === 0 ? csvCell(cut, 'text', false) : '')).join(',')}\r\n`
    : `${JSON.stringify({ cut })}\n`
}

function refuse(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
}

/** What a route handler answers for an error that it met: a sentence with the right status; unexpected errors are thrown on. */
export function refusal(error: unknown): Response {
  if (error instanceof AppError) return refuse(httpStatus(error), error.message)
  if (isUnavailable(error)) return refuse(503, 'The database is away. Try again in a moment.')
  if (isTimeout(error)) return refuse(503, 'The database took too long to answer. Narrow the filters and try again.')
  throw error
}

/** The query string as a list's parser takes it: repeated names become arrays. */
export function rawParams(url: URL): RawParams {
  const raw: RawParams = {}
  for (const name of new Set(url.searchParams.keys())) raw[name] = url.searchParams.getAll(name)
  return raw
}

/**
 * The GET handler of a list's export: the list's own parameters, `format=csv|ndjson`, all pages, streamed.
 * `fixed` gives the filters that the path itself holds.
 */
export function exportRoute<F>(
  list: ListDefinition<F>,
  source: (
    viewer: Viewer,
    params: ListParams<F>,
    url: URL,
  ) => Promise<ExportSource | CopySource> | ExportSource | CopySource,
  fixed?: (route: Record<string, string>) => RawParams,
) {
  return async (request: Request, context: { params: Promise<Record<string, string>> }): Promise<Response> => {
    answerPlainly()
    try {
      const viewer = await requestViewer(request)
      const url = new URL(request.url)
      const format = url.searchParams.get('format') ?? 'csv'
      if (format !== 'csv' && format !== 'ndjson')
        return refuse(400, `An export is format=csv or format=ndjson, not "${format.slice(0, 40)}".`)
      const parsed = list.parse({ ...rawParams(url), ...fixed?.(await context.params) })
      if (!parsed.ok) return refuse(400, parsed.problem)
      const { after: _, before: __, ...params } = parsed.params
      const rows = await source(viewer, params, url)
      const idsAsText = url.searchParams.get('ids') === 'text'
      // The header and the first rows.
      const lines = await beginAnswer(request, linesOf(rows, format, idsAsText, request.signal), {
        first: 2,
        mayPack: true,
      })
      try {
        const path = url.pathname.replace(/\/export$/, '')
        await recordExport(viewer, { kind: 'export.make', path, format, filters: parsed.params.given })
      } catch (error) {
        await lines.end()
        throw error
      }
      const name = rows.name ?? list.path.slice(1).replaceAll('/', '-')
      const stamp = new Date().toISOString().slice(0, 16).replace(/[-:]/g, '')
      return await lines.answer({
        'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="mig-${name}-${stamp}Z${rows.cut ? '-cut' : ''}.${format}"`,
        ...(rows.cut && { 'x-mig-cut': rows.cut }),
      })
    } catch (error) {
      return refusal(error)
    }
  }
}
