import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type pg from 'pg'
import { withProgramOn } from '@/lib/db/prisma'
import { aclPass, bareDirectory, documentedQuestions, type Figure, fleetPass, saveCells } from './beside'
import { explainChosen, type ShownPlan } from './explained'
import { runLoad } from './load'
import { measurePage, tracePages } from './pages'
import { signIn } from './people'
import { checkPlans, type PlanChecks } from './plans'
import { type Question, questionsOf } from './questions'
import type { Measured, Results, Round } from './report'
import { sampleOf } from './sample'
import { asOwner, type Bench, openBench, restart, SETTINGS, serverProcess, startBenchSite } from './site'
import { Replay, SqlLog, type Statement } from './sql-log'
import { forgetPeak, memoryOf, type Visitor } from './visitor'

export type BenchOptions = {
  size: string
  dir: string
  requests: number
  longest: number
  minutes: number
  only: RegExp | null
  skip: ReadonlySet<string>
  say: (line: string) => void
}

const PEOPLE = 50

/** Runs the whole bench and stops what it started, also after a failure. */
export async function runBench(options: BenchOptions): Promise<Results> {
  const { dir, size, skip, say } = options
  const results: Results = {
    made: new Date().toISOString().slice(0, 16),
    machine: await machine(),
    size,
    rows: {},
    rounds: [],
    beside: [],
    exports: [],
    scripts: [],
    load: null,
    memory: { idle: null, after: null },
    plans: null,
    queries: [],
    failed: [],
  }
  for (const [name, settings] of Object.entries(SETTINGS)) {
    const isFirst = name === 'default settings'
    if (!isFirst && skip.has('tuned')) continue
    say(`PostgreSQL with ${name}`)
    const bench = await openBench(dir, size, settings, say)
    try {
      setEnvironment(bench)
      await withProgramOn(bench.running.programUrl, () => measure(bench, name, isFirst, options, results))
    } finally {
      await bench.running.stop()
    }
  }
  return results
}

// What the library asks the environment of its process for: the crowd's sessions, the pass, the save of cells.
function setEnvironment({ running, dir, migNow }: Bench): void {
  Object.assign(process.env, {
    DATABASE_URL: running.programUrl,
    DB_HOME: dir,
    MIG_SPOOL_DIR: path.join(dir, 'spool'),
    MIG_NOW: migNow,
  })
}

async function measure(
  bench: Bench,
  name: string,
  isFirst: boolean,
  options: BenchOptions,
  results: Results,
): Promise<void> {
  const { only, skip, say, minutes } = options
  const { running, dir } = bench
  results.rows = await asOwner(running, countRows)
  results.machine.postgres = await asOwner(running, versionOf)
  const site = await startBenchSite(bench)
  try {
    const [visitor] = (await signIn(bench, site.url, 1)) as [Visitor]
    const server = serverProcess(site)
    // A page that asks for no count of the fleet and nothing of its ACLs.
    await visitor.ask('/settings')
    if (isFirst) results.memory.idle = memoryOf(server)?.now ?? null
    // These leave what pages and questions are about: a batch, a pass over the fleet and one over the ACLs.
    if (isFirst && !skip.has('beside')) results.beside.push(...(await beside(bench, say)))
    if (!skip.has('settle')) await settle(bench, visitor, say)
    const all = questionsOf(await asOwner(running, (owner) => sampleOf(owner, path.join(dir, 'spool'))))
    const questions = all.filter((one) => only === null || only.test(one.name))
    const traces = await trace(bench, visitor, questions, { say, failed: results.failed })
    if (isFirst) results.scripts = await scriptsOf(visitor, [...traces.keys()])
    if (isFirst && !skip.has('plans')) {
      say('Plans')
      Object.assign(results, await plans(bench, traces, results.failed))
    }
    const directory = (await bareDirectory(path.join(dir, 'spool/command/inflight'))).ms ?? 0
    // A second round tells what other settings change; a quarter of the requests does.
    const { requests, longest } = options
    const often = isFirst ? options : { ...options, requests: Math.ceil(requests / 4), longest: longest / 4 }
    results.rounds.push({
      settings: name,
      pages: await warm(bench, visitor, traces, directory, { ...often, failed: results.failed }),
    })
    if (!isFirst) return
    if (!skip.has('exports')) {
      results.exports = await exports(visitor, server, say)
      results.beside.push(await comparison(visitor, server))
    }
    if (!skip.has('load')) {
      say(`${PEOPLE} people for ${minutes} minutes`)
      const crowd = await signIn(bench, site.url, PEOPLE)
      const paths = new Map(all.map((one) => [one.name, one.path]))
      results.load = await runLoad(crowd, (page) => paths.get(page) ?? '/', { minutes, pid: server })
      for (const one of crowd) one.leave()
    }
    results.memory.after = memoryOf(server)?.now ?? null
    if (!skip.has('cold')) await addCold(bench, visitor, results.rounds[0] as Round, say)
    visitor.leave()
  } finally {
    await site.stop()
  }
}

async function trace(
  bench: Bench,
  visitor: Visitor,
  questions: readonly Question[],
  told: { say: (line: string) => void; failed: string[] },
): Promise<Traces> {
  const log = await SqlLog.of(bench.running)
  try {
    return await tracePages(visitor, questions, log, told)
  } finally {
    await log.end()
  }
}

const KEPT_PAGES = ['/', '/acl/lint', '/acl/files', '/spool', '/spool/reconcile', '/investigators']
const SETTLED_MS = 900_000

/** Lets what the site makes once come to its end: counts of actions, passes, what pages show at a glance. Drops older answers. */
async function settle({ running }: Bench, visitor: Visitor, say: (line: string) => void): Promise<void> {
  say('What the site makes once')
  await asOwner(running, (owner) => owner.query('DELETE FROM dashboard.acl_answer'))
  for (const address of KEPT_PAGES) await visitor.ask(address)
  for (const end = Date.now() + SETTLED_MS; Date.now() < end; await sleep(2_000)) {
    const { rows } = await asOwner(running, (owner) =>
      owner.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM dashboard.job WHERE started_at > coalesce(finished_at, '-infinity')) AS busy`,
      ),
    )
    if (!rows[0]?.busy) break
  }
  const log = await SqlLog.of(running)
  await log.quiet(SETTLED_MS)
  await log.end()
}

async function plans(
  { running }: Bench,
  traces: Traces,
  failed: string[],
): Promise<{ plans: PlanChecks; queries: ShownPlan[] }> {
  const replay = await Replay.of(running.programUrl)
  try {
    return { queries: await explainChosen(replay, traces, failed), plans: await checkPlans(replay, traces) }
  } finally {
    await replay.end()
  }
}

type Traces = Map<Question, Statement[]>

async function warm(
  { running }: Bench,
  visitor: Visitor,
  traces: Traces,
  directory: number,
  { requests, longest, say, failed }: BenchOptions & { failed: string[] },
): Promise<Measured[]> {
  const replay = await Replay.of(running.programUrl)
  try {
    const pages: Measured[] = []
    for (const [question, statements] of traces) {
      const page = await measurePage(visitor, replay, question, statements, { requests, longest, directory }).catch(
        (error: Error) => void failed.push(`${question.name}: ${error.message}`),
      )
      if (!page) continue
      say(`${question.name}: ${page.p50.toFixed(0)} ms, bare ${page.sql.toFixed(0)} ms`)
      pages.push(page)
    }
    return pages
  } finally {
    await replay.end()
  }
}

async function beside(bench: Bench, say: (line: string) => void): Promise<Figure[]> {
  const { running, dir, migNow } = bench
  const figures = [
    ...(await documentedQuestions(running, migNow)),
    ...(await fleetPass(migNow)),
    await aclPass(),
    await saveCells(running, 5_000),
    await saveCells(running, 20_000),
    await bareDirectory(path.join(dir, 'spool/command/inflight')),
  ]
  for (const { what, ms, remark } of figures) say(`${what}: ${ms === null ? remark : `${ms.toFixed(0)} ms`}`)
  return figures
}

const EXPORTS = [
  ['agents, CSV', '/agents/export?rows=processes&format=csv'],
  ['agents, NDJSON', '/agents/export?rows=processes&format=ndjson'],
  ['commands, CSV', '/commands/export?format=csv'],
  ['commands, NDJSON', '/commands/export?format=ndjson'],
] as const

async function exports(visitor: Visitor, server: number, say: (line: string) => void): Promise<Results['exports']> {
  const done: Results['exports'] = []
  for (const [what, address] of EXPORTS) {
    forgetPeak(server)
    const before = memoryOf(server)?.now ?? null
    const { status, ms, bytes, lines } = await visitor.drain(address)
    if (status !== 200) throw new Error(`${address} answered ${status}`)
    const rows = address.includes('csv') ? lines - 1 : lines
    done.push({ what, rows, ms, perSecond: (rows / ms) * 1000, bytes, before, memory: memoryOf(server)?.most ?? null })
    say(`${what}: ${rows} rows in ${(ms / 1000).toFixed(1)} s`)
  }
  return done
}

/** The comparison of the spool with the database, all of it, as its export waits for it. */
async function comparison(visitor: Visitor, server: number): Promise<Figure> {
  forgetPeak(server)
  const { status, ms, lines } = await visitor.drain('/spool/reconcile/export?format=csv')
  const memory = memoryOf(server)?.most
  return {
    what: 'spool compared with the database',
    ms: status === 200 ? ms : null,
    remark: `its export, ${(lines - 1).toLocaleString('en-US')} rows; memory of the server at most ${memory ? `${Math.round(memory)} MB` : 'unknown'}`,
  }
}

/** What the pages of lists send of JavaScript before anything is clicked, without the polyfill for old browsers. */
async function scriptsOf(visitor: Visitor, questions: readonly Question[]): Promise<Results['scripts']> {
  const pages = questions.filter(({ limit }) => limit === 'page')
  const done: Results['scripts'] = []
  for (const { name, path: address } of pages) {
    const { body } = await visitor.ask(address)
    const scripts = new Set<string>()
    for (const [tag, src = ''] of body.toString('utf8').matchAll(/<script[^>]*\ssrc="(\/_next\/[^"]+)"[^>]*>/g))
      if (!/\snomodule/i.test(tag)) scripts.add(src.replaceAll('&amp;', '&'))
    let bytes = 0
    for (const script of scripts) bytes += gzipSync((await visitor.ask(script)).body).length
    done.push({ page: name, bytes })
  }
  return done
}

/** The first request of each page after PostgreSQL was started anew; the system's own cache of files stays. */
async function addCold(bench: Bench, visitor: Visitor, round: Round, say: (line: string) => void): Promise<void> {
  say('Each page after a new start of PostgreSQL')
  for (const page of round.pages) {
    await restart(bench)
    // A connection of its own for the site, whose old ones broke.
    for (let tries = 0; tries < 50 && (await visitor.ask('/healthz')).status !== 200; tries++) await sleep(200)
    const { status, ms } = await visitor.ask(page.path)
    if (status === 200) page.cold = ms
  }
}

async function countRows(owner: pg.ClientBase): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ name: string; count: string }>(
    `SELECT relname AS name, reltuples::bigint::text AS count FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY reltuples DESC`,
  )
  return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]))
}

async function versionOf(owner: pg.ClientBase): Promise<string> {
  const { rows } = await owner.query<{ version: string }>(`SELECT current_setting('server_version') AS version`)
  return rows[0]?.version ?? ''
}

async function machine(): Promise<Results['machine']> {
  const [processor] = os.cpus()
  return {
    processor: processor?.model.trim() || 'unknown',
    cores: os.cpus().length,
    memory: os.totalmem() / 1024 ** 2,
    system: `${os.type()} ${os.release()}`,
    busy: os.loadavg()[0] ?? 0,
    node: process.version,
    postgres: '',
  }
}
