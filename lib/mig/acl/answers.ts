import 'server-only'
import { createHash, randomUUID } from 'node:crypto'
import type pg from 'pg'
import { isUnavailable } from '@/lib/db/availability'
import { inBackground } from '@/lib/db/background'
import { pool } from '@/lib/db/pool'
import type { Transaction } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import type { Instant } from '@/lib/mig/wire/time'

/**
 * An answer about the whole fleet: of which moment, when it was made, how long that took and how old it is, in milliseconds;
 * `key` is what it is kept under.
 */
export type Answer<T> = { key: string; at: Instant; madeAt: Instant; tookMs: number; age: number; found: T }

/** A question that is worth an answer of its own; `text` says all that it hangs on but the moment. */
export type FleetQuestion<T> = {
  text: string
  /** More memory and time than a page has; it writes nothing but rows of its own, which belong to the answer of this key. */
  ask(client: pg.ClientBase, at: Instant, key: string): Promise<T>
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
const ASK_TIMEOUT_MS = 300_000
const LOCK = 7_209_402_021

/** The row whose answer says which state of the rules answers are of: each save puts another in its place. */
const RULES = 'rules'

type Row = { question: string; at: Instant; made_at: Instant; took_ms: number; answer: string; age: string }

/** Raised when what a question finds takes another shape, so that no answer of an older program is read as one of this. */
const SHAPE = 2

function digestOf({ text }: { text: string }): string {
  return createHash('sha256')
    .update(`${SHAPE} ${env().migNow ?? 'clock'} ${text}`)
    .digest('hex')
}

/** What a question is kept under: with the state of the rules, so that no answer from before a save is found after it. */
const keyOf = (digest: string) =>
  sql`${digest}::text || coalesce((SELECT ' ' || r.answer::text FROM dashboard.acl_answer r WHERE r.question = ${RULES}), '')`

async function readRow(digest: string, client: Pick<pg.ClientBase, 'query'> = pool()): Promise<Row | null> {
  const { rows } = await client.query<Row>(sql`
    SELECT question, at, made_at, took_ms, answer::text AS answer,
      1000 * extract(epoch FROM clock_timestamp() - made_at) AS age
    FROM dashboard.acl_answer WHERE question = (SELECT ${keyOf(digest)})`)
  return rows[0] ?? null
}

const answerOf = <T>(row: Row): Answer<T> => ({
  key: row.question,
  at: row.at,
  madeAt: row.made_at,
  tookMs: row.took_ms,
  age: Number(row.age),
  found: JSON.parse(row.answer) as T,
})

/**
 * The answer to a question about the whole fleet. A quick one is made for every page; a slow one is shown for a minute
 * or more, and older ones, up to half an hour, while the next is made behind the page. With `wait` false null means that
 * there is none young enough and it is being made.
 */
export async function getAnswer<T>(question: FleetQuestion<T>, wait: false): Promise<Answer<T> | null>
export async function getAnswer<T>(question: FleetQuestion<T>, wait?: true): Promise<Answer<T>>
export async function getAnswer<T>(question: FleetQuestion<T>, wait = true): Promise<Answer<T> | null> {
  const digest = digestOf(question)
  const row = await readRow(digest)
  const age = row ? Number(row.age) : Number.POSITIVE_INFINITY
  const isSlow = row !== null && row.took_ms > QUICK_MS
  if (row && !wait && age <= GLANCE_MS) return answerOf(row)
  if (row && isSlow && age <= Math.min(STALE_MS, Math.max(FRESH_MS, FRESH_TIMES * row.took_ms))) return answerOf(row)
  if (row && isSlow && age <= STALE_MS) {
    makeBehind(question, digest, row.made_at)
    return answerOf(row)
  }
  if (!wait && (isSlow || (!row && !(await isSmall())))) {
    makeBehind(question, digest, row?.made_at ?? null)
    return null
  }
  return forPeople(() => ask(question, digest, row?.made_at ?? null, true))
}

/** The answer that is kept, if there is one that would be shown; nothing is asked for it. */
export async function keptAnswer<T>(question: FleetQuestion<T>): Promise<Answer<T> | null> {
  const row = await readRow(digestOf(question))
  return row && Number(row.age) <= STALE_MS ? answerOf<T>(row) : null
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

/** Runs at most so many pieces of work at once, the others in their turn. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most
  const waiting: (() => void)[] = []
  return async (work) => {
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
}

// Each holds a connection and asks for more: so many at once leave the pool enough for those, and for pages.
const forPeople = turns(3)
// One at a time where nobody waits: several would take all cores of a small server from the pages.
const behindPages = turns(1)
const behind = new Set<string>()

/** Makes the answer behind the pages, once however many of them ask for it. */
function makeBehind<T>(question: FleetQuestion<T>, digest: string, seen: Instant | null): void {
  if (behind.has(digest)) return
  behind.add(digest)
  behindPages(() => ask(question, digest, seen, false))
    .catch(report)
    .finally(() => behind.delete(digest))
}

/**
 * Answers and writes it down unless another instance is at it, or has been since `seen`; then waits for that one and
 * returns its answer, or with `wait` false null.
 */
async function ask<T>(
  question: FleetQuestion<T>,
  digest: string,
  seen: Instant | null,
  wait: boolean,
): Promise<Answer<T> | null> {
  return inBackground('answer', { timeout: ASK_TIMEOUT_MS, large: true }, async (client) => {
    const { rows } = await client.query<{ got: boolean }>(
      wait
        ? sql`SELECT true AS got FROM pg_advisory_xact_lock(${LOCK}::bigint + hashtext(${digest}))`
        : sql`SELECT pg_try_advisory_xact_lock(${LOCK}::bigint + hashtext(${digest})) AS got`,
    )
    let row = rows[0]?.got ? await readRow(digest, client) : null
    if (rows[0]?.got && (!row || row.made_at === seen)) {
      const started = performance.now()
      // The state of the rules is read before the rules: a save that comes in between leaves an answer that nobody finds.
      const { rows: before } = await client.query<{ now: Instant; key: string }>(
        sql`SELECT clock_timestamp() AS now, ${keyOf(digest)} AS key`,
      )
      const at = env().migNow ?? (before[0]?.now as Instant)
      const key = before[0]?.key ?? digest
      const found = await question.ask(client, at, key)
      const tookMs = Math.round(performance.now() - started)
      const { rows: written } =
        await client.query<Row>(sql`INSERT INTO dashboard.acl_answer (question, at, made_at, took_ms, answer)
        VALUES (${key}, ${at}::timestamptz, clock_timestamp(), ${tookMs}, ${JSON.stringify(found)}::jsonb)
        ON CONFLICT (question) DO UPDATE SET at = excluded.at, made_at = excluded.made_at, took_ms = excluded.took_ms,
          answer = excluded.answer
        RETURNING question, at, made_at, took_ms, answer::text AS answer, '0' AS age`)
      row = written[0] ?? null
      // Not those that a save is taking away just now: each would wait for the other.
      await client.query(sql`DELETE FROM dashboard.acl_answer WHERE question IN (
        SELECT question FROM dashboard.acl_answer
        WHERE made_at < clock_timestamp() - ${`${KEPT_HOURS} hours`}::interval AND question <> ${RULES}
        FOR UPDATE SKIP LOCKED)`)
    }
    return row && answerOf<T>(row)
  })
}

/**
 * Takes away what was found out before a change of rules, and what is being found out meanwhile; in the transaction that
 * changes them.
 */
export async function forgetAnswers(tx: Transaction): Promise<void> {
  await tx.$executeRaw(sql`INSERT INTO dashboard.acl_answer (question, at, made_at, took_ms, answer)
    VALUES (${RULES}, clock_timestamp(), clock_timestamp(), 0, ${JSON.stringify(randomUUID())}::jsonb)
    ON CONFLICT (question) DO UPDATE SET at = excluded.at, made_at = excluded.made_at, answer = excluded.answer`)
  await tx.$executeRaw(sql`DELETE FROM dashboard.acl_answer WHERE question <> ${RULES}`)
}
