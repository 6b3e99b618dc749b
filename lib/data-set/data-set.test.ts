import { createHash } from 'node:crypto'
import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { describe, expect, it } from 'vitest'
import { DAY, MINUTE, type Micros, pgTime } from '@/lib/demo/clock'
import { idCreatedAt, isMultipleOf1024, type MigId, parseId } from '@/lib/mig/wire/id'
import { parseQueueloc } from '@/lib/mig/wire/queueloc'
import { COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { parseAgentVersion } from '@/lib/mig/wire/version'
import { AclPlan } from './acl'
import { ActionPlan, commandShares } from './actions'
import { CommandMaker } from './commands'
import { draw, floatId, seedOf } from './draws'
import { FleetPlan } from './fleet'
import { makeInvestigators, makeSeededKeys } from './people'
import { type DataSetSize, SIZES } from './sizes'

const NOW: Micros = Date.UTC(2026, 10, 22, 9, 30) * 1000
const SMALL: DataSetSize = {
  name: 'small',
  endpoints: 3000,
  agents: 5000,
  actions: 240,
  commands: 30_000,
  investigators: 50,
  requirements: 6000,
  permissions: 30_000,
  spoolFiles: 600,
}

function makeAll(seed: string, size = SMALL) {
  const people = makeInvestigators(seed, size.investigators)
  const fleet = new FleetPlan(seed, size, NOW)
  const plan = new ActionPlan(seed, size, fleet, people)
  const maker = new CommandMaker(seed, fleet, plan, size.spoolFiles)
  const acl = new AclPlan(seed, size, fleet)
  return {
    people,
    fleet,
    plan,
    maker,
    agents: [...fleet.lines()],
    commands: [...maker.lines()],
    requirements: [...acl.requirementLines()],
    permissions: [...acl.permissionLines()],
    actions: Array.from({ length: size.actions }, (_, i) => maker.tally.complete(i, plan.make(i))),
  }
}

const all = makeAll('2014')
const cells = (line: string) => line.split('\t')
const plainId = (stored: string) => stored.replace(/\.0+$/, '') as MigId
const text = (cell: string) => cell.replace(/\\\\/g, '\\')

describe('sizes', () => {
  it('are those of the design', () => {
    expect(SIZES.L).toMatchObject({ agents: 1_000_000, endpoints: 600_000, commands: 10_000_000, actions: 20_000 })
    expect(SIZES.L).toMatchObject({ requirements: 1_200_000, permissions: 6_000_000, spoolFiles: 200_000 })
    for (const [name, n] of Object.entries(SIZES.S as DataSetSize))
      if (typeof n === 'number' && name !== 'investigators')
        expect(n * 100).toBe((SIZES.L as DataSetSize)[name as 'agents'])
  })
})

describe('a data set repeats', () => {
  const digest = ({ agents, commands, requirements, permissions, actions, maker }: ReturnType<typeof makeAll>) =>
    createHash('sha256')
      .update([agents, commands, requirements, permissions].map((lines) => lines.join('\n')).join('\f'))
      .update(
        JSON.stringify([actions, maker.waiting], (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      )
      .digest('hex')

  it('for the same seed and moment, and not for another seed', () => {
    expect(digest(makeAll('2014'))).toBe(digest(all))
    expect(digest(makeAll('2015'))).not.toBe(digest(all))
  })

  it('with the same keys, which sign and are the only ones that do', async () => {
    const people = makeInvestigators('2014', 3)
    const [first, again, other] = await Promise.all([
      makeSeededKeys('2014', people, NOW),
      makeSeededKeys('2014', people, NOW),
      makeSeededKeys('2015', people, NOW),
    ])
    expect(again).toEqual(first)
    expect(other.map((key) => key.fingerprint)).not.toEqual(first.map((key) => key.fingerprint))
    const [mine, theirs] = [first[0], first[1]].map((key) => key as (typeof first)[number])
    const message = await openpgp.createMessage({ text: 'one' })
    const armored = await openpgp.sign({
      message,
      detached: true,
      signingKeys: await openpgp.readPrivateKey({ armoredKey: (mine as { privateKey: string }).privateKey }),
    })
    const verified = async (key: { publicKey: string } | undefined) => {
      const { signatures } = await openpgp.verify({
        message,
        signature: await openpgp.readSignature({ armoredSignature: armored }),
        verificationKeys: await openpgp.readKey({ armoredKey: key?.publicKey ?? '' }),
      })
      return signatures[0]?.verified.catch(() => false)
    }
    expect(await verified(mine)).toBe(true)
    expect(await verified(theirs)).toBe(false)
  })
})

describe('draws', () => {
  it('lie in [0, 1) and differ by index, purpose and seed', () => {
    const values = new Set<number>()
    for (const seed of [seedOf('a'), seedOf('b')])
      for (let salt = 1; salt < 11; salt++) for (let i = 0; i < 500; i++) values.add(draw(seed, i, salt))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    expect(values.size).toBeGreaterThan(9_990)
    expect([...values].reduce((sum, n) => sum + n, 0) / values.size).toBeCloseTo(0.5, 1)
  })

  it('give ids as MIG does, one for each number within a second', () => {
    const ids = new Set<string>()
    for (let n = 4_194_304 * 3 - 20_000; n < 4_194_304 * 3 + 20_000; n++) ids.add(floatId(1_795_000_000, n))
    expect(ids.size).toBe(40_000)
    fc.assert(
      fc.property(fc.integer({ min: 1_370_000_000, max: 2_147_483_000 }), fc.nat(2_000_000_000), (seconds, n) => {
        const id = floatId(seconds, n)
        expect(parseId(id)).toBe(id)
        expect(isMultipleOf1024(id)).toBe(true)
        expect(idCreatedAt(id)?.getTime()).toBe(seconds * 1000)
        expect(String(BigInt(Number(id)))).toBe(id)
      }),
    )
  })
})

describe('the fleet', () => {
  it('has the rows and endpoints asked for, no id twice, in the order of time', () => {
    const ids = all.agents.map((line) => plainId(cells(line)[0] as string))
    expect(new Set(ids).size).toBe(SMALL.agents)
    expect(ids.every((id) => parseId(id) === id && isMultipleOf1024(id))).toBe(true)
    expect(new Set(all.agents.map((line) => cells(line)[2])).size).toBe(SMALL.endpoints)
    const starts = all.agents.map((line) => cells(line)[6] as string)
    expect([...starts].sort().map((at) => at.slice(0, 19))).toEqual(starts.map((at) => at.slice(0, 19)))
    expect(all.agents.every((line) => cells(line).length === 12)).toBe(true)
  })

  it('names, queues, versions and JSON are those of MIG', () => {
    for (const line of all.agents) {
      const [, name, queueloc, os, version, , , , , , environment, tags] = cells(line).map(text) as string[]
      expect(parseQueueloc(queueloc as string)).toMatchObject({ os })
      expect(queueloc?.startsWith(`${os}.${name}.`)).toBe(true)
      expect(parseAgentVersion(version as string)).not.toBeNull()
      for (const json of [environment, tags]) if (json !== '\\N') JSON.parse(json as string)
    }
  })

  it('restarts little on most endpoints and much on a few, and beats as long as it lived', () => {
    const counts = new Map<number, number>()
    for (let row = 0; row < SMALL.agents; row++)
      counts.set(all.fleet.endpoint(row), (counts.get(all.fleet.endpoint(row)) ?? 0) + 1)
    const sorted = [...counts.values()].sort((a, b) => b - a)
    expect(sorted[0]).toBeGreaterThan(20)
    expect(sorted[Math.floor(sorted.length / 2)]).toBe(1)
    let [online, ahead, doubles] = [0, 0, 0]
    for (let row = 0; row < SMALL.agents; row++) {
      const [start, heartbeat] = [all.fleet.start(row), all.fleet.heartbeat(row)]
      expect(heartbeat).toBeGreaterThan(start)
      if (heartbeat > NOW) ahead++
      else if (heartbeat > NOW - 5 * MINUTE) all.fleet.isNewest(row) ? online++ : doubles++
    }
    expect(online / SMALL.endpoints).toBeGreaterThan(0.5)
    expect(online / SMALL.endpoints).toBeLessThan(0.6)
    expect(ahead).toBeLessThan(6)
    expect(doubles).toBeLessThan(12)
  })
})

describe('the commands', () => {
  const rows = all.commands.map((line) => {
    const [id, actionid, agentid, status, results, start, finish] = cells(line) as [string, ...string[]]
    return { id, actionid, agentid, status, results, start, finish } as Record<string, string>
  })
  const byAction = new Map<string, typeof rows>()
  for (const row of rows) {
    const list = byAction.get(row.actionid as string)
    if (list) list.push(row)
    else byAction.set(row.actionid as string, [row])
  }

  it('are as many as asked for, with ids of their own, few actions having many', () => {
    expect(rows).toHaveLength(SMALL.commands)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(SMALL.commands)
    expect(rows.every(({ id }) => isMultipleOf1024(plainId(id as string)))).toBe(true)
    const sizes = [...byAction.values()].map(({ length }) => length).sort((a, b) => b - a)
    expect(sizes[0]).toBe(SMALL.commands / 50)
    expect(sizes[1]).toBeLessThanOrEqual((sizes[0] as number) * 0.75)
    expect(sizes.at(-1)).toBeLessThan((sizes[0] as number) / 4)
  })

  it('go to agents that lived then, an agent once an action, and never to most rows', () => {
    const rowOf = new Map(all.agents.map((line, row) => [cells(line)[0], row]))
    for (const list of byAction.values()) expect(new Set(list.map(({ agentid }) => agentid)).size).toBe(list.length)
    for (const { agentid, start } of rows) {
      const row = rowOf.get(agentid) as number
      expect(pgTime(all.fleet.start(row)) < (start as string)).toBe(true)
      expect(pgTime(all.fleet.heartbeat(row) + 25 * MINUTE) > (start as string)).toBe(true)
    }
    const share = new Set(rows.map(({ agentid }) => agentid)).size / SMALL.agents
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThanOrEqual(0.29)
  })

  it('match the target of their action', () => {
    const rowOf = new Map(all.agents.map((line, row) => [cells(line)[0], row]))
    for (let action = 0; action < SMALL.actions; action++) {
      const { matches } = all.plan.questionOf(action)
      for (const { agentid } of byAction.get(`${all.actions[action]?.id}.00000000000000000`) ?? [])
        expect(matches[all.fleet.endpoint(rowOf.get(agentid) as number) % all.fleet.models.length]).toBe(1)
    }
  })

  it('have known statuses in sensible shares, and results that are JSON of one entry an operation', () => {
    const shares: Record<string, number> = {}
    for (const { status } of rows) shares[status as string] = (shares[status as string] ?? 0) + 1 / rows.length
    for (const status of Object.keys(shares)) expect(COMMAND_STATUSES).toContain(status)
    expect(shares.done).toBeGreaterThan(0.8)
    for (const rare of ['failed', 'timeout', 'cancelled', 'sent']) {
      expect(shares[rare]).toBeGreaterThan(0.003)
      expect(shares[rare]).toBeLessThan(0.08)
    }
    for (const { status, results, finish } of rows) {
      const parsed: unknown = JSON.parse(text(results as string))
      if (status === 'sent') expect(finish).toMatch(/^9998/)
      else expect((finish as string) < pgTime(NOW)).toBe(true)
      if (status === 'sent' || status === 'cancelled') expect(parsed).toBeNull()
      else expect(Array.isArray(parsed)).toBe(true)
    }
  })

  it('are mostly the same answer but for its time, and seldom a find', () => {
    const greatest = [...byAction.values()].sort((a, b) => b.length - a.length)[0] as typeof rows
    const answers = new Map<string, number>()
    let [found, distinct] = [0, new Set<string>()]
    for (const { status, results } of greatest.filter((row) => row.status === 'done')) {
      expect(status).toBe('done')
      if (results?.includes('"foundanything":true')) found++
      distinct.add(results as string)
      const same = (results as string).replace(/"exectime":"[^"]*"/g, '')
      answers.set(same, (answers.get(same) ?? 0) + 1)
    }
    expect(found / greatest.length).toBeLessThan(0.05)
    expect(distinct.size).toBeGreaterThan(greatest.length / 2)
    expect(Math.max(...answers.values())).toBeGreaterThan(greatest.length / 12)
    expect(answers.size).toBeLessThan(greatest.length / 8)
  })

  it('agree with the counters of their actions, but for the ways in which MIG itself miscounts', () => {
    const stories: Record<string, number> = {}
    for (const [i, action] of all.actions.entries()) {
      const story = all.plan.story(i)
      stories[story] = (stories[story] ?? 0) + 1
      const list = byAction.get(`${action.id}.00000000000000000`) ?? []
      const count = (status: string) => list.filter((row) => row.status === status).length
      const { counters } = action
      if (story === 'completed' || story === 'inflight')
        expect(counters).toEqual({
          sent: list.length,
          returned: list.length - count('sent'),
          done: count('done'),
          cancelled: count('cancelled'),
          failed: count('failed'),
          timeout: count('timeout'),
        })
      expect(counters.returned).toBe(counters.done + counters.cancelled + counters.failed + counters.timeout)
      if (action.status === 'completed') expect(action.finish as Micros).toBeLessThan(NOW)
    }
    expect(Object.keys(stories)).toEqual(
      expect.arrayContaining(['completed', 'inflight', 'invalid', 'waiting', 'preparing']),
    )
  })

  it('keep a short note of the unanswered ones for the spool', () => {
    const sent = rows.filter(({ status }) => status === 'sent').map(({ id }) => plainId(id as string))
    expect(all.maker.waiting.map(({ id }) => id)).toEqual(sent.slice(0, SMALL.spoolFiles))
    expect(sent.length).toBeGreaterThanOrEqual(SMALL.spoolFiles)
  })
})

describe('the actions', () => {
  it('have ids of their own and moments of the last year', () => {
    expect(new Set(all.actions.map(({ id }) => id)).size).toBe(SMALL.actions)
    for (const { id, submitted, validfrom, expireafter } of all.actions) {
      expect(isMultipleOf1024(id)).toBe(true)
      expect(idCreatedAt(id)?.getTime()).toBe(Math.floor(submitted / 1_000_000) * 1000)
      expect(submitted).toBeGreaterThan(NOW - 300 * DAY)
      expect(expireafter).toBeGreaterThan(validfrom)
    }
  })

  it('share any number of commands out exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), (actions, factor) => {
        const shares = commandShares(actions, actions * factor * 7)
        expect(shares.reduce((sum, n) => sum + n, 0)).toBe(actions * factor * 7)
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(1)
      }),
      { numRuns: 60 },
    )
    const l = commandShares(18_800, 10_000_000)
    expect(l[0]).toBe(200_000)
    expect(l[1]).toBeLessThanOrEqual(120_001)
    expect(l[9_400]).toBeLessThan(250)
  })
})

describe('the rules', () => {
  it('are as many as asked for, none twice, on agents that there are', () => {
    const agents = new Set(all.agents.map((line) => cells(line)[0]))
    expect(new Set(all.requirements.map((line) => cells(line).slice(0, 2).join())).size).toBe(SMALL.requirements)
    expect(new Set(all.permissions.map((line) => cells(line).slice(0, 3).join())).size).toBe(SMALL.permissions)
    for (const line of all.requirements) expect(agents.has(cells(line)[1] as string)).toBe(true)
    const rules = new Set(all.requirements.map((line) => cells(line).slice(0, 2).join()))
    for (const line of all.permissions) {
      const [person, agent, module] = cells(line)
      expect(rules.has(`${module},${agent}`)).toBe(true)
      expect(Number(person)).toBeLessThanOrEqual(SMALL.investigators)
    }
  })

  it('stand on newest rows, and a few were left behind', () => {
    const newest = new Set(all.agents.filter((_, row) => all.fleet.isNewest(row)).map((line) => cells(line)[0]))
    const left = all.requirements.filter((line) => !newest.has(cells(line)[1])).length / SMALL.requirements
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(0.1)
  })
})
