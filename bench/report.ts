import { formatBytes, formatNumber } from '@/lib/format'
import type { Figure } from './beside'
import type { ShownPlan } from './explained'
import type { LoadResult } from './load'
import { MANY_ROWS, type PlanChecks } from './plans'

/** How a page answered; milliseconds to the last byte. `sql` is what its statements took bare, one after the other. */
export type Measured = {
  name: string
  path: string
  requests: number
  p50: number
  p95: number
  p99: number
  bytes: number
  statements: number
  sql: number
  cold: number | null
  /** The design's limit in milliseconds for `judged`, which is the time or that of the statements; null where it has none. */
  limit: number | null
  judged: 'page' | 'sql'
}

export type Round = { settings: string; pages: Measured[] }

export type Results = {
  made: string
  /** When the oldest of what this run left out was measured; undefined when it left out nothing. */
  completes?: string
  machine: {
    processor: string
    cores: number
    memory: number
    system: string
    busy: number
    node: string
    postgres: string
  }
  size: string
  rows: Record<string, number>
  rounds: Round[]
  beside: Figure[]
  exports: {
    what: string
    rows: number
    ms: number
    perSecond: number
    bytes: number
    before: number | null
    memory: number | null
  }[]
  scripts: { page: string; bytes: number }[]
  load: LoadResult | null
  memory: { idle: number | null; after: number | null }
  plans: PlanChecks | null
  queries: ShownPlan[]
  /** Pages that did not answer as they should, in sentences. */
  failed: string[]
}

const ms = (value: number | null): string =>
  value === null || Number.isNaN(value) ? '–' : value < 10 ? value.toFixed(1) : formatNumber(Math.round(value))
const megabytes = (value: number | null): string => (value === null ? 'unknown' : `${Math.round(value)} MB`)
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n')
}

/** Whether a page kept its limit; null where it has none. */
export function isMet({ limit, judged, p50, sql }: Measured): boolean | null {
  return limit === null ? null : (judged === 'page' ? p50 : sql) <= limit
}

function pagesTable(pages: readonly Measured[]): string {
  return table(
    ['Page', 'p50', 'p95', 'p99', 'requests', 'sent', 'statements', 'SQL bare', 'cold', 'limit', 'met'],
    pages.map((page) => {
      const met = isMet(page)
      return [
        page.name,
        ms(page.p50),
        ms(page.p95),
        ms(page.p99),
        formatNumber(page.requests),
        formatBytes(page.bytes),
        String(page.statements),
        ms(page.sql),
        ms(page.cold),
        page.limit === null ? '' : `${ms(page.limit)}${page.judged === 'sql' ? ' of SQL' : ''}`,
        met === null ? '' : met ? 'yes' : '**no**',
      ]
    }),
  )
}

function plansParts({ looked, scans, offsets }: PlanChecks): string[] {
  const open = scans.filter(({ how, whole }) => how === 'Seq Scan' && whole === null)
  const sentences = [
    `${formatNumber(looked)} statements were looked at as they ran.`,
    open.length === 0
      ? 'No page reads a growing table from its beginning to its end, but for those that are declared to, below.'
      : `**Pages read a growing table from its beginning to its end: ${[...new Set(open.map(({ page }) => page))].join(', ')}.**`,
    offsets.length === 0 ? 'None has an OFFSET.' : `**With an OFFSET: ${[...new Set(offsets)].join(', ')}.**`,
  ]
  if (scans.length === 0) return [sentences.join(' ')]
  return [
    `${sentences.join(' ')} In the table is what reads ${formatNumber(MANY_ROWS)} rows of one table or more, and every sequential scan; what is declared says why.`,
    table(
      ['Page', 'table', 'read by', 'rows', 'declared'],
      scans.map(({ page, table: name, how, rows, whole }) => [page, name, how, formatNumber(rows), whole ?? '']),
    ),
  ]
}

/** The results as a page of Markdown; all times in milliseconds. `others` are files of parts and other sizes, beside it. */
export function markdown(results: Results, others: readonly string[] = []): string {
  const { machine, rounds, load, memory } = results
  const parts = [
    '# Measurements',
    'Made by `npm run bench`; all times are milliseconds to the last byte, sizes are gzip as sent. "SQL bare" is what the statements of the page take one after the other on a connection of their own in the same run; a page runs some of them side by side, so it may take less. "Cold" is the first request after PostgreSQL was started anew.',
    ...(others.length > 0 ? [`Apart from these: ${others.map((file) => `[${file}](${file})`).join(', ')}.`] : []),
    table(
      ['', ''],
      [
        ['made', results.made + (results.completes ? `; what it left out is of ${results.completes}` : '')],
        ['processor', `${machine.processor}, ${machine.cores} cores`],
        ['memory', `${Math.round(machine.memory / 1024)} GB`],
        ['system', machine.system],
        ['processes that ran or waited for a core in the minute before', machine.busy.toFixed(1)],
        ['Node.js', machine.node],
        ['PostgreSQL', machine.postgres],
        ['data set', results.size],
        ...Object.entries(results.rows).map(([name, count]) => [name, formatNumber(count)]),
        [
          'memory of the server, after its start / after the run',
          `${megabytes(memory.idle)} / ${megabytes(memory.after)}`,
        ],
      ],
    ),
  ]
  if (results.failed.length > 0) parts.push('## What failed', results.failed.map((one) => `- ${one}`).join('\n'))
  for (const { settings, pages } of rounds) parts.push(`## Pages, ${settings}`, pagesTable(pages))
  if (results.beside.length > 0)
    parts.push(
      '## Beside the pages',
      table(
        ['What', 'ms', ''],
        results.beside.map(({ what, ms: time, remark }) => [what, ms(time), remark]),
      ),
    )
  if (results.exports.length > 0)
    parts.push(
      '## Exports, gzip',
      table(
        ['Export', 'rows', 's', 'rows/s', 'sent', 'memory of the server before', 'at most'],
        results.exports.map((one) => [
          one.what,
          formatNumber(one.rows),
          (one.ms / 1000).toFixed(1),
          formatNumber(Math.round(one.perSecond)),
          formatBytes(one.bytes),
          megabytes(one.before),
          megabytes(one.memory),
        ]),
      ),
    )
  if (results.plans) parts.push('## Plans', ...plansParts(results.plans))
  if (results.scripts.length > 0)
    parts.push(
      '## JavaScript that a page sends at once',
      table(
        ['Page', 'gzip'],
        results.scripts.map(({ page, bytes }) => [page, formatBytes(bytes)]),
      ),
    )
  if (load)
    parts.push(
      '## Load',
      `${load.people} people who each click every five seconds on average, ${load.minutes} minutes: ${formatNumber(load.pages)} pages, ${load.perSecond.toFixed(1)} a second, ${load.errors.length} errors; p50 ${ms(load.p50)}, p95 ${ms(load.p95)}, p99 ${ms(load.p99)} ms; memory of the server at most ${megabytes(load.memory)}. Slowest: ${load.slowest.map(({ name, ms: time }) => `${name} ${ms(time)}`).join(', ')}.`,
      ...(load.errors.length > 0
        ? [
            load.errors
              .slice(0, 20)
              .map((error) => `- ${error}`)
              .join('\n'),
          ]
        : []),
    )
  return `${parts.join('\n\n')}\n`
}

// Each named thing as it is now, in its old place, and what is new behind; what was not asked again as it was.
function replaced<T>(before: readonly T[], now: readonly T[], nameOf: (one: T) => string): T[] {
  const found = new Map(now.map((one) => [nameOf(one), one]))
  const names = new Set(before.map(nameOf))
  return [...before.map((one) => found.get(nameOf(one)) ?? one), ...now.filter((one) => !names.has(nameOf(one)))]
}

/** These results, with what was left out of them as it was earlier: the colds of its pages too. */
export function completed(earlier: Results, results: Results): Results {
  const withCold = (round: Round, before: Round | undefined): Round => ({
    ...round,
    pages: replaced(
      before?.pages ?? [],
      round.pages.map((page) => ({
        ...page,
        cold: page.cold ?? before?.pages.find(({ name }) => name === page.name)?.cold ?? null,
      })),
      ({ name }) => name,
    ),
  })
  const rounds = replaced(
    earlier.rounds,
    results.rounds.map((round) =>
      withCold(
        round,
        earlier.rounds.find(({ settings }) => settings === round.settings),
      ),
    ),
    ({ settings }) => settings,
  )
  return {
    ...results,
    completes: earlier.completes ?? earlier.made,
    rounds: rounds.filter(({ pages }) => pages.length > 0),
    beside: replaced(earlier.beside, results.beside, ({ what }) => what),
    exports: replaced(earlier.exports, results.exports, ({ what }) => what),
    scripts: replaced(earlier.scripts, results.scripts, ({ page }) => page),
    load: results.load ?? earlier.load,
    // What the server takes after everything, not after a part.
    memory: results.load ? results.memory : earlier.memory,
    plans: results.plans && results.plans.looked > 0 ? results.plans : earlier.plans,
  }
}

/** What got slower or faster by a fifth and ten milliseconds since earlier results, as lines. */
export function compare(before: Results, after: Results): string[] {
  const lines: string[] = []
  for (const { settings, pages } of after.rounds) {
    const earlier = before.rounds.find((round) => round.settings === settings)
    for (const page of pages) {
      const was = earlier?.pages.find(({ name }) => name === page.name)
      if (!was) {
        lines.push(`${settings}, ${page.name}: new, ${ms(page.p50)}`)
        continue
      }
      const [least, most] = [Math.min(was.p50, page.p50), Math.max(was.p50, page.p50)]
      if (most > least * 1.2 && most - least > 10)
        lines.push(
          `${settings}, ${page.name}: ${page.p50 > was.p50 ? 'slower' : 'faster'}, ${ms(was.p50)} → ${ms(page.p50)}`,
        )
    }
  }
  return lines.length > 0 ? lines : ['No page is slower or faster by a fifth.']
}
