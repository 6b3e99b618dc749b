import 'server-only'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { isUnavailable } from '@/lib/db/availability'
import { pool } from '@/lib/db/pool'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import type { Instant } from '@/lib/mig/wire/time'

/** An answer about the whole fleet: of which moment, when it was made, and how long that took in milliseconds. */
export type Answer<T> = { at: Instant; madeAt: Instant; tookMs: number; found: T }

/** A question that is worth an answer of its own; `text` says all that it hangs on but the moment. */
export type FleetQuestion<T> = {
  text: string
  /** Reads only; more memory and time than a page has. */
  ask(client: pg.ClientBase, at: Instant): Promise<T>
}

/** An answer that took no longer than this is never kept waiting for: it is made anew for every page. */
const QUICK_MS = 300
/** A slow answer younger than this, and than so many times what it took, is shown as it is. */
const FRESH_MS = 60_000
const FRESH_TIMES = 20
/** One that is older than this is not shown before it is made again. */
const STALE_MS = 30 * 60_000
/** What is shown beside other things need not be younger than this. */
const GLANCE_MS = 10_000
const KEPT_HOURS = 24
const ASK_TIMEOUT_MS = 120_000
const LOCK = 7_209_402_021

type Row = { at: Instant; made_at: Instant; took_ms: number; answer: string; age: string }

function digestOf({ text }: { text: string }): string {
  return createHash('sha256')
    .update(`${env().migNow ?? 'clock'} ${text}`)
    .digest('hex')
}

async function readRow(digest: string, client: Pick<pg.ClientBase, 'query'> = pool()): Promise<Row | null> {
  const { rows } = await client.query<Row>(sql`
    SELECT at, made_at, took_ms, answer::text AS answer,
      1000 * extract(epoch FROM clock_timestamp() - made_at) AS age
    FROM dashboard.acl_answer WHERE question = ${digest}`)
  return rows[0] ?? null
}

const answerOf = <T>(row: Row): Answer<T> => ({
  at: row.at,
  madeAt: row.made_at,
  tookMs: row.took_ms,
  found: JSON.parse(row.answer) as T,
})

/**
 * The answer to a question about the whole fleet. A quick one is made for every page; a slow one is shown for a minute
 * or more, and older ones while the next is made behind the page. With `wait` false null means that there is none yet and it is being made.
 */
export async function getAnswer<T>(question: FleetQuestion<T>, wait: false): Promise<Answer<T> | null>
export async function getAnswer<T>(question: FleetQuestion<T>, wait?: true): Promise<Answer<T>>
export async function getAnswer<T>(question: FleetQuestion<T>, wait = true): Promise<Answer<T> | null> {
  const digest = digestOf(question)
  const row = await readRow(digest)
  const age = row ? Number(row.age) : Number.POSITIVE_INFINITY
  const isSlow = row !== null && row.took_ms > QUICK_MS
  if (row && !wait && age <= GLANCE_MS) return answerOf(row)
  if (row && isSlow && age <= Math.max(FRESH_MS, FRESH_TIMES * row.took_ms)) return answerOf(row)
  if (row && isSlow && (age <= STALE_MS || !wait)) {
    void make(question, digest, row.made_at, false).catch(report)
    return answerOf(row)
  }
  if (!wait && !isSlow && !row && !(await isSmall())) {
    void make(question, digest, null, false).catch(report)
    return null
  }
  await make(question, digest, row?.made_at ?? null, true)
  return answerOf((await readRow(digest)) as Row)
}

function report(error: unknown): void {
  if (!isUnavailable(error)) console.error('A question about the ACL could not be answered:', error)
}

const SMALL_ROWS = 100_000

/** True where the tables of rules are so small, by the statistics, that a pass over them is no matter. */
async function isSmall(): Promise<boolean> {
  const { rows } = await pool().query<{ rows: number }>(sql`
    SELECT coalesce(sum(greatest(reltuples, 0)), 0)::float8 AS rows FROM pg_catalog.pg_class
    WHERE oid IN ('public.invagtmodperm'::regclass, 'public.agtmodreq'::regclass, 'public.agents'::regclass)`)
  return (rows[0]?.rows ?? 0) <= SMALL_ROWS
}

// Each holds a connection and asks for more: so many at once leave the pool enough for those, and for pages.
let free = 3
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
}

/** Answers and writes it down unless another instance is at it, or has been since `seen`; then waits for that one, or does not. */
function make<T>(question: FleetQuestion<T>, digest: string, seen: Instant | null, wait: boolean): Promise<void> {
  return inTurn(() => ask(question, digest, seen, wait))
}

async function ask<T>(question: FleetQuestion<T>, digest: string, seen: Instant | null, wait: boolean): Promise<void> {
  const client = await pool().connect()
  let finished = false
  try {
    await client.query('BEGIN')
    await client.query(
      `SET LOCAL statement_timeout = ${ASK_TIMEOUT_MS}; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off`,
    )
    const { rows } = await client.query<{ got: boolean }>(
      wait
        ? sql`SELECT true AS got FROM pg_advisory_xact_lock(${LOCK}::bigint + hashtext(${digest}))`
        : sql`SELECT pg_try_advisory_xact_lock(${LOCK}::bigint + hashtext(${digest})) AS got`,
    )
    const current = rows[0]?.got ? await readRow(digest, client) : null
    if (rows[0]?.got && (!current || current.made_at === seen)) {
      const started = performance.now()
      const { rows: clock } = await client.query<{ now: Instant }>('SELECT clock_timestamp() AS now')
      const at = env().migNow ?? (clock[0]?.now as Instant)
      const found = await question.ask(client, at)
      const tookMs = Math.round(performance.now() - started)
      await client.query(sql`INSERT INTO dashboard.acl_answer AS a (question, at, made_at, took_ms, answer)
        VALUES (${digest}, ${at}::timestamptz, clock_timestamp(), ${tookMs}, ${JSON.stringify(found)}::jsonb)
        ON CONFLICT (question) DO UPDATE SET at = excluded.at, made_at = excluded.made_at, took_ms = excluded.took_ms,
          answer = excluded.answer`)
      await client.query(
        `DELETE FROM dashboard.acl_answer WHERE made_at < clock_timestamp() - interval '${KEPT_HOURS} hours'`,
      )
    }
    await client.query('COMMIT')
    finished = true
  } finally {
    // A connection inside an unfinished transaction is closed, not given back.
    client.release(!finished)
  }
}

/** Takes away what was found out before a change of rules or people; in the transaction that changes them. */
export async function forgetAnswers(tx: Transaction): Promise<void> {
  await tx.$executeRaw(sql`DELETE FROM dashboard.acl_answer`)
}
