import { describe, expect, it } from 'vitest'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { isCollision, isTimeout, isUnavailable } from './availability'
import { openPool, pool } from './pool'
import { db } from './prisma'
import { sql } from './sql'

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

describe('what a database error means', () => {
  useDatabaseOf('data-rst')

  it('knows a time limit, through the pool and through Prisma', async () => {
    const slow = await errorOf(pool().query(`SET statement_timeout = 50; SELECT pg_sleep(5)`))
    expect([isTimeout(slow), isUnavailable(slow), isCollision(slow)]).toEqual([true, false, false])
    const wrapped = await errorOf(
      db().$transaction(async (tx) => {
        await tx.$executeRaw(sql`SET LOCAL statement_timeout = 50`)
        await tx.$queryRaw(sql`SELECT pg_sleep(5)::text`)
      }),
    )
    expect([isTimeout(wrapped), isUnavailable(wrapped), isCollision(wrapped)]).toEqual([true, false, false])
  })

  it('knows of a connection that ends between two statements by the next one, and of nothing before', async () => {
    const client = await pool().connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const gone = new Promise((resolve) => client.once('end', resolve))
    await pool().query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    await gone
    const error = await errorOf(client.query('SELECT 1'))
    client.release(true)
    expect([isUnavailable(error), isTimeout(error)]).toEqual([true, false])
    expect((await pool().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('knows two writers who stand in each other\u2019s way', async () => {
    const lock = (tx: { $executeRaw: (q: ReturnType<typeof sql>) => Promise<number> }, key: number) =>
      tx.$executeRaw(sql`SELECT pg_advisory_xact_lock(${key})`)
    let holding = 0
    let bothHold = () => {}
    const both = new Promise<void>((resolve) => {
      bothHold = resolve
    })
    const crossed = (first: number, second: number) =>
      db().$transaction(
        async (tx) => {
          await lock(tx, first)
          if (++holding === 2) bothHold()
          await both
          await lock(tx, second)
        },
        { timeout: 20_000 },
      )
    const results = await Promise.allSettled([crossed(71, 72), crossed(72, 71)])
    const lost = results.filter((one) => one.status === 'rejected')
    expect(lost).toHaveLength(1)
    expect(isCollision((lost[0] as PromiseRejectedResult).reason)).toBe(true)
  })

  it('knows a database that is not there', async () => {
    const away = openPool('postgresql://nobody@127.0.0.1:1/none')
    const error = await errorOf(away.query('SELECT 1'))
    expect([isTimeout(error), isUnavailable(error), isCollision(error)]).toEqual([false, true, false])
    await away.end()
  })
})
