import { opendir } from 'node:fs/promises'
import pg from 'pg'
import { operatorViewer } from '@/lib/auth/viewer'
import type { Embedded } from '@/lib/db/embedded'
import { pool } from '@/lib/db/pool'
import { env } from '@/lib/env'
import type { CellChange } from '@/lib/mig/acl/change'
import { passOverAcls } from '@/lib/mig/acl/file-pass'
import { runBatch } from '@/lib/mig/acl/mutations'
import { DOCUMENTED_DOUBLES, DOCUMENTED_OFFLINE } from '@/lib/mig/agents/documented.sql'
import { earlier, thresholdsOf } from '@/lib/mig/agents/state'
import { countFleet, runPass } from '@/lib/mig/health/pass'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { median } from './statistics'

/** A figure that is no page's: what, how long it took in milliseconds (null: it was given up), and what else there is to say. */
export type Figure = { what: string; ms: number | null; remark: string }

/** What takes long is not done again and again. */
const ENOUGH_MS = 20_000

async function timed(run: () => Promise<unknown>, times = 1): Promise<number> {
  const all: number[] = []
  const end = performance.now() + ENOUGH_MS
  while (all.length === 0 || (all.length < times && performance.now() < end)) {
    const begun = performance.now()
    await run()
    all.push(performance.now() - begun)
  }
  return median(all)
}

const GIVEN_UP_MS = 60_000
const A_MINUTE = 60_000

/** The two documented questions as they stand, at the moment of the data; each is given up after a minute. */
export async function documentedQuestions({ programUrl }: Embedded, migNow: Instant): Promise<Figure[]> {
  const client = new pg.Client({ connectionString: programUrl })
  await client.connect()
  try {
    await client.query(`SET statement_timeout = ${GIVEN_UP_MS}`)
    const ask = async (what: string, statement: string): Promise<Figure> => {
      const asked = statement.replaceAll('NOW()', `'${migNow}'::timestamptz`)
      try {
        return { what, ms: await timed(() => client.query(asked)), remark: 'as documented, at the moment of the data' }
      } catch (error) {
        if ((error as pg.DatabaseError).code !== '57014') throw error
        return { what, ms: null, remark: 'not ended within a minute' }
      }
    }
    return [
      await ask('documented offline query', DOCUMENTED_OFFLINE),
      await ask('documented doubles query', DOCUMENTED_DOUBLES),
    ]
  } finally {
    await client.end()
  }
}

/**
 * The pass over the fleet a minute after another one, and the count that the health page asks for, each undone again.
 */
export async function fleetPass(migNow: Instant, times = 5): Promise<Figure[]> {
  const client = await pool().connect()
  const thresholds = thresholdsOf(env())
  const begin = () => client.query(`BEGIN; SET LOCAL statement_timeout = '20min'`)
  const undone = async (run: () => Promise<unknown>) => {
    await begin()
    try {
      await run()
    } finally {
      await client.query('ROLLBACK')
    }
  }
  try {
    await begin()
    const begun = performance.now()
    const first = await runPass(client, earlier(migNow, A_MINUTE), thresholds)
    await client.query('COMMIT')
    const firstMs = performance.now() - begun
    const { rows } = await client.query<{ passed_at: Instant }>('SELECT passed_at FROM dashboard.fleet_history')
    const next = earlier(rows[0]?.passed_at ?? migNow, -A_MINUTE)
    const pass = async () => {
      if (!(await runPass(client, next, thresholds))) throw new Error(`there was no pass at ${next}`)
    }
    return [
      ...(first ? [{ what: 'first pass over the fleet', ms: firstMs, remark: 'writes down what it finds' }] : []),
      {
        what: 'pass over the fleet',
        ms: await timed(() => undone(pass), times),
        remark: `a minute after another one, median of up to ${times}`,
      },
      {
        what: 'count of the fleet',
        ms: await timed(() => undone(() => countFleet(client, migNow, thresholds)), times),
        remark: `behind the health page, with tags, median of up to ${times}`,
      },
    ]
  } finally {
    client.release()
  }
}

/** The pass over the rules of all endpoints that the pages of ACL files show. */
export async function aclPass(): Promise<Figure> {
  const ms = await timed(() => passOverAcls({ wait: true }))
  return { what: 'pass over the ACLs', ms, remark: 'behind /acl/files' }
}

/** Saves so many changed minimums in one batch, or all that there are, and puts them back. Throws when an answer is anything but saved. */
export async function saveCells({ ownerUrl }: Embedded, count: number): Promise<Figure> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  const { rows } = await client.query<{ agent: MigId; module: MigId; seen: number }>(
    `SELECT trunc(r.agentid)::text AS agent, trunc(r.moduleid)::text AS module, r.minimumweight AS seen
     FROM agtmodreq r JOIN agents a ON a.id = r.agentid
     WHERE NOT EXISTS (SELECT FROM agents b WHERE b.queueloc = a.queueloc AND (b.heartbeattime, b.id) > (a.heartbeattime, a.id))
     ORDER BY r.agentid, r.moduleid LIMIT $1`,
    [count],
  )
  await client.end()
  const viewer = operatorViewer()
  const save = async (cells: CellChange[]) => {
    const answer = await runBatch(viewer, { kind: 'save', reason: 'A measurement', cells, confirmed: true })
    if (answer.kind !== 'saved' || answer.cells !== cells.length)
      throw new Error(`${cells.length} cells were not saved: ${JSON.stringify(answer).slice(0, 200)}`)
  }
  const there = rows.map((row): CellChange => ({ table: 'agtmodreq', ...row, value: row.seen + 1 }))
  const back = rows.map((row): CellChange => ({ table: 'agtmodreq', ...row, seen: row.seen + 1, value: row.seen }))
  const ms = await timed(() => save(there))
  await save(back)
  return {
    what: `save of ${rows.length.toLocaleString('en-US')} cells`,
    ms,
    remark: 'one transaction, with its effects',
  }
}

/** Streams the names of a directory and does nothing with them: what a list of its files is compared with. */
export async function bareDirectory(dir: string, times = 5): Promise<Figure> {
  let files = 0
  const stream = async () => {
    files = 0
    for await (const _ of await opendir(dir, { bufferSize: 1024 })) files++
  }
  const ms = await timed(stream, times)
  return { what: 'bare directory of the spool', ms, remark: `${files.toLocaleString('en-US')} files` }
}
