import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { goJson } from '@/lib/mig/wire/go-json'
import { isMultipleOf1024, sameDouble } from '@/lib/mig/wire/id'
import { parseQueueloc } from '@/lib/mig/wire/queueloc'
import { ACTION_STATUSES, AGENT_STATUSES, COMMAND_STATUSES } from '@/lib/mig/wire/status'
import { parseAgentVersion } from '@/lib/mig/wire/version'
import type { DemoCommand } from './action-types'
import { DAY, MINUTE, type Micros, SECOND } from './clock'
import { makeFleet } from './fleet'
import { type Demo, generateDemo } from './generate'
import { IdMaker } from './ids'
import { actionCells, agentCells, commandCells } from './insert'
import { resultJson } from './result-json'
import { Rng } from './rng'
import { planSpool } from './spool'

const NOW: Micros = Date.UTC(2026, 10, 22, 9, 30) * 1000
const demo = generateDemo('2014', NOW)

const countBy = <T>(list: T[], key: (item: T) => string) => {
  const counts: Record<string, number> = {}
  for (const item of list) counts[key(item)] = (counts[key(item)] ?? 0) + 1
  return counts
}

// Everything that reaches the database or the disk; keys and signatures are made elsewhere.
function digest({ agents, actions, commands, requirements, permissions, modules, people, ...rest }: Demo): string {
  const spool = planSpool({ agents, actions, commands, requirements, permissions, modules, people, ...rest })
  const hash = createHash('sha256')
  for (const agent of agents) hash.update(JSON.stringify(agentCells(agent)))
  for (const action of actions) hash.update(JSON.stringify([actionCells(action), action.signers, action.signed]))
  for (const command of commands) hash.update(JSON.stringify(commandCells(command)))
  hash.update(JSON.stringify([requirements, permissions, modules, people, spool]))
  return hash.digest('hex')
}

describe('the demo is made at any moment', () => {
  // Seven minutes and a bit apart, so that every hour of a day has its own.
  const moments = process.env.LONG ? 200 : 4
  it(`such as ${moments} of a day`, { timeout: 1_200_000 }, () => {
    for (let i = 0; i < moments; i++) {
      const at: Micros = Date.UTC(2026, 10, 22, 14, 26) * 1000 + i * (process.env.LONG ? 433 : 1621) * SECOND
      expect(generateDemo('test', at).actions).toHaveLength(150)
    }
  })
})

describe('the demo repeats', () => {
  it('for the same seed and moment, byte by byte', () => {
    const first = digest(demo)
    expect(digest(generateDemo('2014', NOW))).toBe(first)
    const other = makeFleet(new Rng('2015'), new IdMaker(new Rng('2015')), NOW)
    expect(other.agents.map(agentCells)).not.toEqual(demo.agents.map(agentCells))
  }, 180_000)
})

describe('the fleet', () => {
  const { endpoints, agents } = demo
  const age = (heartbeat: Micros) => NOW - heartbeat

  it('has 2,000 endpoints and some 2,700 rows, each endpoint with one queueloc', () => {
    expect(endpoints).toHaveLength(2000)
    expect(new Set(endpoints.map(({ queueloc }) => queueloc)).size).toBe(2000)
    expect(agents.length).toBeGreaterThan(2600)
    expect(agents.length).toBeLessThan(2850)
    expect(new Set(agents.map(({ endpoint }) => endpoint)).size).toBe(2000)
  })

  it('has unique ids, nearly all of the form of 2014, two that are one double', () => {
    const ids = agents.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const odd = ids.filter((id) => id.length === 19 && !isMultipleOf1024(id))
    expect(odd).toHaveLength(3)
    expect(odd.filter((id) => odd.some((other) => other !== id && sameDouble(id, other)))).toHaveLength(2)
  })

  it('has three systems and every status', () => {
    expect(Object.keys(countBy(agents, ({ endpoint }) => endpoint.os)).sort()).toEqual(['darwin', 'linux', 'windows'])
    expect(Object.keys(countBy(agents, ({ status }) => status)).sort()).toEqual([...AGENT_STATUSES].sort())
  })

  it('has every age of a heartbeat, and exactly two clocks ahead', () => {
    const newest = new Map<string, Micros>()
    for (const { endpoint, heartbeat } of agents)
      newest.set(endpoint.queueloc, Math.max(newest.get(endpoint.queueloc) ?? 0, heartbeat))
    const ages = [...newest.values()].map(age)
    const between = (from: number, to: number) => ages.filter((each) => each >= from && each < to).length
    expect(between(0, MINUTE)).toBeGreaterThan(100)
    expect(between(0, 10 * MINUTE)).toBeGreaterThan(1400)
    expect(between(10 * MINUTE, 20 * MINUTE)).toBeGreaterThan(5)
    expect(between(20 * MINUTE, DAY)).toBeGreaterThan(30)
    expect(between(DAY, 7 * DAY)).toBeGreaterThan(15)
    expect(between(7 * DAY, 30 * DAY)).toBeGreaterThan(50)
    expect(between(30 * DAY, 90 * DAY)).toBeGreaterThan(50)
    expect(ages.filter((each) => each < 0)).toHaveLength(2)
    expect(Math.max(...ages)).toBeLessThan(91 * DAY)
  })

  it('has the newest version half rolled out', () => {
    const live = agents.filter((agent) => agent.live)
    const newest = demo.versions[0]?.text.slice(0, 12) ?? ''
    const share = live.filter(({ version }) => version.startsWith(newest)).length / live.length
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
    expect(Object.keys(countBy(agents, ({ version }) => version)).length).toBeGreaterThan(4)
  })

  it('tells restart echoes from real doubles', () => {
    const rowsOf = (story: string) => {
      const rows = new Map<string, typeof agents>()
      for (const agent of agents.filter(({ endpoint }) => endpoint.story === story))
        rows.set(agent.endpoint.queueloc, [...(rows.get(agent.endpoint.queueloc) ?? []), agent])
      return [...rows.values()].map((group) => group.sort((a, b) => a.start - b.start))
    }
    for (const [old, young] of rowsOf('restart echo')) {
      expect(age(old?.heartbeat ?? 0)).toBeLessThan(10 * MINUTE)
      expect(young?.start).toBeGreaterThanOrEqual(old?.heartbeat ?? Infinity)
    }
    const doubles = [...rowsOf('double'), ...rowsOf('triple'), ...rowsOf('upgraded double')]
    expect(doubles.length).toBeGreaterThan(8)
    for (const rows of doubles) {
      const young = rows.at(-1)
      for (const old of rows.slice(0, -1))
        expect(old.heartbeat).toBeGreaterThan((young?.start ?? Infinity) + 5 * MINUTE)
    }
    expect(rowsOf('triple')[0]).toHaveLength(3)
    for (const rows of rowsOf('same pid')) expect(rows[0]?.pid).toBe(rows[1]?.pid)
  })

  it('has environments and tags in MIG’s shapes, SQL NULL and JSON null among them', () => {
    expect(agents.filter(({ environment }) => environment === null).length).toBeGreaterThan(20)
    expect(agents.filter(({ tags }) => tags === null).length).toBeGreaterThan(10)
    expect(agents.filter(({ tags }) => tags === 'null').length).toBeGreaterThan(100)
    expect(agents.filter(({ tags }) => tags?.includes('\\u0000'))).toHaveLength(1)
    for (const { environment } of agents) {
      if (environment !== null) expect(JSON.parse(environment)).toHaveProperty('isproxied')
    }
  })

  it('has queuelocs and versions that MIG’s readers understand', () => {
    const tidy = agents.filter(({ endpoint }) => endpoint.tidy && endpoint.story !== 'later MIG')
    for (const { endpoint, version } of tidy) {
      expect(parseQueueloc(endpoint.queueloc)).toMatchObject({ os: endpoint.os, host: endpoint.name })
      expect(endpoint.queueloc).toMatch(/\.[0-9a-v]{11}00$/)
      expect(parseAgentVersion(version)).toMatchObject({ env: expect.stringMatching(/^(prod|beta)$/) })
    }
  })

  it('has untidy names and one name on several machines', () => {
    const names = countBy(endpoints, ({ name }) => name)
    expect(names['localhost.localdomain']).toBe(3)
    for (const part of ['_', '<b>', '.*', "'", 'é', '..', '%'])
      expect(endpoints.some(({ name }) => name.includes(part))).toBe(true)
    expect(endpoints.some(({ name }) => /[A-Z]/.test(name))).toBe(true)
  })
})

describe('the actions', () => {
  const { actions, commands } = demo

  it('are 150 over 60 days, in every status that MIG ever wrote', () => {
    expect(actions).toHaveLength(150)
    expect(Object.keys(countBy(actions, ({ status }) => status)).sort()).toEqual([...ACTION_STATUSES].sort())
    const first = Math.min(...actions.map(({ submitted }) => submitted))
    expect(NOW - first).toBeGreaterThan(55 * DAY)
    expect(NOW - first).toBeLessThan(61 * DAY)
  })

  it('have one to three signers and several modules', () => {
    expect(Object.keys(countBy(actions, ({ signers }) => String(signers.length)))).toEqual(['1', '2', '3'])
    const modules = new Set(actions.flatMap(({ operations }) => operations.map(({ module }) => module)))
    for (const module of ['filechecker', 'netstat', 'upgrade', 'agentdestroy', 'example', 'file', 'memory'])
      expect(modules).toContain(module)
  })

  it('have some 40,000 commands of every status', () => {
    expect(commands.length).toBeGreaterThan(37_000)
    expect(commands.length).toBeLessThan(46_000)
    const statuses = Object.keys(countBy(commands, ({ status }) => status))
    for (const status of ['sent', 'done', 'failed', 'timeout', 'cancelled', 'success', 'expired', 'prepared']) {
      expect(COMMAND_STATUSES).toContain(status)
      expect(statuses).toContain(status)
    }
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
  })

  it('have results of all shapes', () => {
    const with_ = (part: string) => commands.filter(({ results }) => results.includes(part)).length
    expect(with_('"foundanything":true')).toBeGreaterThan(1000)
    expect(with_('"foundanything":false')).toBeGreaterThan(10_000)
    expect(commands.filter(({ results }) => results === 'null').length).toBeGreaterThan(300)
    expect(commands.filter(({ results }) => results === '[null]').length).toBeGreaterThan(50)
    expect(with_('"Desc":"parseCommands()')).toBeGreaterThan(300)
    expect(with_('"error":["ERROR: open ')).toBeGreaterThan(500)
    expect(with_('is not implemented on linux')).toBeGreaterThan(100)
    expect(with_('\\u0000')).toBe(1)
    for (const { results } of commands.slice(0, 3000)) JSON.parse(results)
  })

  it('print results as MIG’s encoder does', () => {
    for (const { results } of commands.filter((_, i) => i % 97 === 0))
      expect(goJson(JSON.parse(results), { numbers: 'go1.7' })).toBe(results)
    const tree = { b: [1, 0.5, 1e6, -3, null, true], a: { 'é<&>': 'x\u2028"\\', Z: {} } }
    expect(resultJson(tree)).toBe(goJson(tree, { numbers: 'go1.7' }))
  })

  it('have right counters for most and drifted ones for some', () => {
    const byAction = new Map<string, DemoCommand[]>()
    for (const command of commands)
      byAction.set(command.action.id, [...(byAction.get(command.action.id) ?? []), command])
    const drifted = actions.filter(({ id, counters, status }) => {
      if (status === 'preparing') return false
      const own = byAction.get(id) ?? []
      return counters.sent !== own.length || counters.returned !== own.filter(({ status }) => status !== 'sent').length
    })
    expect(drifted.map(({ story }) => story).sort()).toEqual(
      [...Array(5).fill('late answers'), 'lost commands', 'stuck by a double count'].sort(),
    )
    for (const { counters } of actions)
      expect(counters.returned).toBe(counters.done + counters.cancelled + counters.failed + counters.timeout)
  })

  it('have replays, and threats and descriptions that MIG never writes', () => {
    for (const replay of actions.filter(({ replayOf }) => replayOf)) {
      expect(replay).toMatchObject({
        name: replay.replayOf?.name,
        validfrom: replay.replayOf?.validfrom,
        operationsJson: replay.replayOf?.operationsJson,
      })
      expect(replay.id).not.toBe(replay.replayOf?.id)
    }
    expect(actions.filter(({ replayOf }) => replayOf)).toHaveLength(2)
    expect(actions.filter(({ threat }) => threat === null)).toHaveLength(2)
    expect(actions.map(({ threat }) => threat)).toEqual(expect.arrayContaining(['null', '"high"']))
    expect(
      actions.filter(({ name, status }) => name.startsWith('Destroy agent ') && status === 'invalid'),
    ).toHaveLength(8)
  })

  it('target rows that lived then, one a queueloc', () => {
    const early = commands.filter(
      ({ agent, start, action }) => action.story !== 'upgrade' && action.story !== 'destroy' && agent.start >= start,
    )
    expect(early).toEqual([])
    const seen = new Set(commands.map(({ action, agent }) => `${action.id} ${agent.endpoint.queueloc}`))
    expect(seen.size).toBe(commands.length)
  })
})

describe('the ACL', () => {
  const { requirements, permissions, modules, agents } = demo
  const byName = Object.fromEntries(modules.map(({ id, name }) => [name, id]))

  it('asks two people for agentdestroy, and lets the scheduler alone', () => {
    const agent = requirements.find(
      ({ moduleId, minimumWeight }) => moduleId === byName.agentdestroy && minimumWeight === 3,
    )?.agentId
    const weights = permissions.filter(({ agentId, moduleId }) => agentId === agent && moduleId === byName.agentdestroy)
    expect(
      Math.max(...weights.filter(({ investigatorId }) => investigatorId !== '1').map(({ weight }) => weight)),
    ).toBeLessThan(3)
    expect(weights.find(({ investigatorId }) => investigatorId === '1')?.weight).toBe(3)
    expect(weights.find(({ investigatorId }) => investigatorId === '3')?.weight).toBe(1)
  })

  it('has one minimum out of reach, one below 1, rules on dead rows and live rows without any', () => {
    const reach = (agentId: string, moduleId: string) =>
      permissions
        .filter((each) => each.agentId === agentId && each.moduleId === moduleId && each.weight > 0)
        .reduce((sum, { weight }) => sum + weight, 0)
    const high = requirements.filter(({ minimumWeight }) => minimumWeight > 5)
    expect(high).toHaveLength(1)
    expect(reach(high[0]?.agentId ?? '', high[0]?.moduleId ?? '')).toBeLessThan(high[0]?.minimumWeight ?? 0)
    expect(requirements.filter(({ minimumWeight }) => minimumWeight < 1)).toHaveLength(1)
    const ruled = new Set(requirements.map(({ agentId }) => agentId))
    expect(agents.filter(({ id, live }) => !live && ruled.has(id)).length).toBeGreaterThan(20)
    expect(agents.filter(({ id, live }) => live && !ruled.has(id)).length).toBeGreaterThan(20)
    expect(permissions.some(({ weight }) => weight < 0)).toBe(true)
  })

  it('gives every pair and triple once, to rows that exist', () => {
    const ids = new Set<string>(agents.map(({ id }) => id))
    expect(new Set(requirements.map(({ agentId, moduleId }) => `${agentId} ${moduleId}`)).size).toBe(
      requirements.length,
    )
    expect(
      new Set(permissions.map(({ agentId, moduleId, investigatorId }) => `${agentId} ${moduleId} ${investigatorId}`))
        .size,
    ).toBe(permissions.length)
    expect(requirements.every(({ agentId }) => ids.has(agentId))).toBe(true)
  })
})

describe('the spool', () => {
  const { files, planted } = planSpool(demo)
  const inState = (state: string) => files.filter(({ path }) => path.startsWith(`${state}/`))

  it('has files in every state', () => {
    for (const state of [
      'action/new',
      'action/inflight',
      'action/done',
      'action/invalid',
      'command/inflight',
      'command/returned',
      'command/ready',
      'command/done',
    ]) {
      expect(inState(state).length, state).toBeGreaterThan(0)
    }
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length)
  })

  it('is consistent with the rows but for the planted differences', () => {
    const plantedPaths = new Set(planted.flatMap(({ path }) => path ?? []))
    const rows = new Map<string, string>(demo.actions.map(({ id, status }) => [id, status]))
    const of = (state: string) =>
      inState(state)
        .filter(({ path }) => !plantedPaths.has(path))
        .map(({ path }) => path.split('/').at(-1)?.replace('.json', '') ?? '')
    for (const id of of('action/done')) expect(rows.get(id), id).toBe('completed')
    for (const id of of('action/inflight')) expect(rows.get(id), id).toBe('inflight')
    for (const id of of('action/invalid')) expect(rows.get(id), id).toBe('invalid')
    const commands = new Map(demo.commands.map(({ id, status, action }) => [`${action.id}-${id}`, status]))
    for (const name of of('command/inflight')) expect(commands.get(name), name).toBe('sent')

    const withoutFile = new Set(
      planted.flatMap(({ kind, actionId }) => (kind.includes('without file') ? (actionId ?? []) : [])),
    )
    const inflight = new Set(of('action/inflight'))
    for (const { id, status } of demo.actions)
      if (status === 'inflight' && !withoutFile.has(id)) expect(inflight.has(id), id).toBe(true)
    const unsent = new Set(
      planted.flatMap(({ kind, commandId }) => (kind === 'sent command without file' ? (commandId ?? []) : [])),
    )
    const names = new Set(of('command/inflight'))
    for (const { id, status, action } of demo.commands)
      if (status === 'sent' && !unsent.has(id)) expect(names.has(`${action.id}-${id}`), id).toBe(true)
  })

  it('lists what was planted, and the files are as the list says', () => {
    expect(Object.keys(countBy(planted, ({ kind }) => kind)).length).toBe(16)
    const content = (kind: string) =>
      files.find(({ path }) => path === planted.find((each) => each.kind === kind)?.path)?.content ?? '?'
    expect(content('empty file')).toBe('')
    expect(() => JSON.parse(content('broken JSON'))).toThrow()
    expect(JSON.parse(content('poison file'))).not.toHaveProperty('agent')
    const ids = new Set<string>(demo.actions.map(({ id }) => id))
    for (const kind of ['done file without row', 'invalid file without row']) {
      const name = planted
        .find((each) => each.kind === kind)
        ?.path?.split('/')
        .at(-1)
        ?.replace('.json', '')
      expect(ids.has(name ?? '')).toBe(false)
    }
  })

  it('has stripped done files, ids in exponent form, bare names in returned and nanosecond names in invalid', () => {
    for (const { content, modified } of inState('action/done')) {
      expect(content).toMatch(
        /^\{"id":\d(\.\d+)?e\+18,"name":"(?:[^"\\]|\\.)*","target":"","description":\{\},"threat":\{\},/,
      )
      expect(content).toContain('"operations":null,"pgpsignatures":null,"status":"done"')
      expect(modified).toBeLessThanOrEqual(NOW)
    }
    expect(inState('command/returned').filter(({ path }) => /\/\d{19}$/.test(path)).length).toBeGreaterThan(5)
    const stamps = inState('action/invalid').filter(({ path }) => !demo.actions.some(({ id }) => path.includes(id)))
    expect(
      stamps.filter(({ path }) => Math.abs(Number(/(\d+)\.json/.exec(path)?.[1]) / 1e9 - NOW / 1e6) < 3 * 86_400)
        .length,
    ).toBe(3)
  })

  it('has modes and times as MIG leaves them', () => {
    expect(new Set(files.map(({ mode }) => mode))).toEqual(new Set([0o640, 0o644]))
    const done = inState('action/done').filter(({ path }) => !planted.some((each) => each.path === path))
    for (const { path, modified } of done)
      expect(demo.actions.find(({ id }) => path.includes(id))?.finish).toBe(modified)
  })
})
