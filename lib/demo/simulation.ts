import { readdir, readFile, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { goJson } from '@/lib/mig/wire/go-json'
import { idFromGoJson, type MigId, parseId } from '@/lib/mig/wire/id'
import { type Operation, TEMPLATES, type Template } from './action-templates'
import type { DemoAction, DemoCommand } from './action-types'
import { HOUR, MINUTE, type Micros, pgTime, SECOND } from './clock'
import { draftAction, NO_COUNTERS, schedulerDestroy } from './draft'
import { type AgentRow, HEARTBEAT_PERIOD } from './fleet'
import { IdMaker } from './ids'
import {
  ACTION_COLUMNS,
  AGENT_COLUMNS,
  actionCells,
  agentCells,
  COMMAND_COLUMNS,
  commandCells,
  copyRows,
  SIGNATURE_COLUMNS,
  signatureCells,
} from './insert'
import { type DemoKey, loadKeys, makePeople, SCHEDULER_ID } from './people'
import { moduleResult } from './results'
import { Rng } from './rng'
import { Signer } from './sign'
import {
  type ActionSqlRow,
  actionFromRow,
  agentFromRow,
  groupByQueueloc,
  micros,
  SELECT_ACTION,
} from './simulation-rows'
import { SPOOL_DELETE_AFTER, SPOOL_MARK, writeSpoolFile } from './spool'
import { actionJson, commandJson, doneJson } from './spool-json'

/** The database does not carry the demo's mark, or another demo's: nothing of it may be written. */
export class NotTheDemo extends Error {
  override name = 'NotTheDemo'
}

// How often what happens, in an undisturbed demo; `speed` divides all of it but the heartbeat period.
const RESTART_EVERY = 80 * SECOND
const LOSE_EVERY = 75 * SECOND
const CHECK_IN_EVERY = 30 * MINUTE
const SUBMIT_EVERY = 4 * MINUTE
const DESTROY_EVERY = 5 * MINUTE
const COLLECT_EVERY = MINUTE

// What it may add before it removes what it added first.
export const KEPT_ACTIONS = 20
export const KEPT_DESTROYS = 8
export const KEPT_AGENTS = 40
const AT_ONCE = 6
const TARGETS = 120

// Only some endpoints restart or get lost, so that what is added stays bounded.
const POOLS = 40

const GO = { numbers: 'go1.7' } as const
const ALL_TEMPLATES = Object.values(TEMPLATES).flat()
const ASKED = [...TEMPLATES.web, ...TEMPLATES.db, ...TEMPLATES.site, ...TEMPLATES.few.slice(0, 3)]
const NOWHERE: Template = {
  ...(TEMPLATES.few[0] as Template),
  names: ['Bastions in Frankfurt, once more'],
  target: "name LIKE 'bastion%.fra1.example.net'",
  matches: () => false,
}
const ANSWER =
  /"status":"(done|failed|timeout|cancelled)","results":([\s\S]*),"starttime":"[^"]*","finishtime":"[^"]*"\}\s*$/
const WAITING = '"status":"sent","results":null'

type Living = { agent: AgentRow; shift: Micros }

/** Keeps a filled demo alive; one `tick` is one transaction, which first makes sure that the database is the demo's. */
export class Simulation {
  private readonly rng = new Rng(`simulation ${Date.now()}`)
  private readonly ids = new IdMaker(this.rng.fork('ids'))
  private readonly live = new Map<MigId, Living>()
  private readonly lost = new Map<MigId, Living & { until: Micros }>()
  private readonly dead = new Map<MigId, AgentRow>()
  private readonly checkIns = new Map<string, AgentRow>()
  private readonly last = new Map<string, Micros>()
  private readonly spool: string
  private readonly signer: Signer
  private after: (() => Promise<void>)[] = []
  private now: Micros = 0
  private filledAt: Micros = 0

  private constructor(
    private readonly client: pg.ClientBase,
    dataDir: string,
    private readonly keys: DemoKey[],
    private readonly speed: number,
  ) {
    this.spool = path.join(path.resolve(dataDir), 'spool')
    this.signer = new Signer(keys)
  }

  /** Reads the fleet of a marked demo database. Throws NotTheDemo. */
  static async open(client: pg.ClientBase, dataDir: string, speed = 1): Promise<Simulation> {
    const simulation = new Simulation(client, dataDir, (await loadKeys(dataDir)) ?? [], speed)
    await simulation.batch(() => simulation.readFleet())
    return simulation
  }

  /** Lets a moment pass: heartbeats, answers, files. Throws NotTheDemo, and what the database throws. */
  async tick(): Promise<void> {
    const files = await hasMark(this.spool)
    await this.batch(async () => {
      await this.beat()
      if (this.due('restart', RESTART_EVERY)) await this.restart()
      if (this.due('lose', LOSE_EVERY)) this.lose()
      if (this.due('check in', CHECK_IN_EVERY)) await this.checkIn()
      if (!files) return
      await this.takeReturned()
      await this.answer()
      if (this.due('collect', COLLECT_EVERY)) await this.collect()
      if (this.due('submit', SUBMIT_EVERY)) await this.submit()
      else await this.prepare()
      if (this.due('destroy', DESTROY_EVERY)) await this.destroy()
    })
    if (this.due('prune', COLLECT_EVERY)) await this.batch(() => this.prune())
  }

  // One transaction: the mark is read in it, files change only after its commit.
  private async batch(work: () => Promise<void>): Promise<void> {
    const { client } = this
    this.after = []
    await client.query('BEGIN')
    try {
      const { rows } = await client
        .query<{ filled: string; now: string }>(
          `SELECT ${micros('filled_at')} AS filled, ${micros('clock_timestamp()')} AS now FROM dashboard.demo WHERE spool = $1 FOR SHARE`,
          [this.spool],
        )
        .catch((error: pg.DatabaseError) => {
          // No such table or schema: not even a database of the dashboard.
          throw error.code === '42P01' || error.code === '3F000' ? new NotTheDemo(NOT_MARKED) : error
        })
      if (!rows[0]) throw new NotTheDemo(NOT_MARKED)
      this.filledAt = Number(rows[0].filled)
      this.now = Number(rows[0].now)
      await work()
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    }
    for (const change of this.after) await change()
  }

  private due(what: string, every: Micros): boolean {
    const now = Date.now() * 1000
    // The first time comes soon, but not everything at once.
    const last = this.last.get(what) ?? now - Math.floor((every / this.speed) * this.rng.float())
    const due = now - last >= every / this.speed
    this.last.set(what, due ? now : last)
    return due
  }

  // Agents

  private async readFleet(): Promise<void> {
    const { rows } = await this.client.query<Record<string, string | null>>(
      `SELECT trunc(id)::text AS id, name, queueloc, os, version, pid, ${micros('starttime')} AS start, ${micros('heartbeattime')} AS heartbeat,
              CASE WHEN destructiontime < '9000-01-01' THEN ${micros('destructiontime')} END AS destruction, status, environment::text, tags::text
       FROM public.agents`,
    )
    const agents = rows.map(agentFromRow)
    const heartbeats = agents.map(({ heartbeat }) => heartbeat).sort((a, b) => a - b)
    // More than half of the rows beat until the simulator last stopped, evenly over the last period; a few are newer.
    const tenth = heartbeats[Math.floor(heartbeats.length * 0.9)] ?? this.now
    const stopped = Math.min(this.now, tenth + HEARTBEAT_PERIOD / 6)
    const byQueueloc = groupByQueueloc(agents)
    for (const siblings of byQueueloc.values()) {
      const runs = siblings.filter(({ start, heartbeat }) => heartbeat - start < 10 * SECOND)
      if (runs.length >= 8) {
        this.checkIns.set(
          (siblings[0] as AgentRow).endpoint.queueloc,
          siblings.reduce((a, b) => (a.start > b.start ? a : b)),
        )
        for (const agent of siblings) this.dead.set(agent.id, agent)
        continue
      }
      for (const agent of siblings) this.sort(agent, siblings, stopped)
    }
  }

  private sort(agent: AgentRow, siblings: AgentRow[], stopped: Micros): void {
    const replaced = siblings.some((other) =>
      other.pid === agent.pid && other.start === agent.start
        ? other.heartbeat > agent.heartbeat
        : other.start > agent.start && other.start >= agent.heartbeat - 2 * SECOND,
    )
    const silent = stopped - agent.heartbeat
    const ahead = agent.heartbeat - stopped > MINUTE
    if (replaced || silent > 3 * HOUR || (silent > 2 * HEARTBEAT_PERIOD && !inPool(agent, 1)))
      this.dead.set(agent.id, agent)
    else if (silent > 2 * HEARTBEAT_PERIOD)
      this.lost.set(agent.id, { agent, shift: 0, until: this.now + this.rng.int(1, 12) * MINUTE })
    else
      this.live.set(agent.id, {
        agent,
        shift: ahead ? Math.max(agent.heartbeat - stopped + HEARTBEAT_PERIOD / 2, 7 * MINUTE) : 0,
      })
  }

  private async beat(): Promise<void> {
    for (const [id, { agent, shift, until }] of this.lost) {
      if (until > this.now) continue
      this.lost.delete(id)
      this.live.set(id, { agent, shift })
    }
    const beats: AgentRow[] = []
    for (const { agent, shift } of this.live.values()) {
      const periods = Math.floor((this.now + shift - agent.heartbeat) / HEARTBEAT_PERIOD)
      if (periods < 1) continue
      agent.heartbeat += periods * HEARTBEAT_PERIOD
      beats.push(agent)
    }
    if (beats.length === 0) return
    await this.client.query(
      `UPDATE public.agents a SET heartbeattime = b.beat
       FROM unnest($1::numeric[], $2::timestamptz[]) AS b(id, beat) WHERE a.id = b.id`,
      [beats.map(({ id }) => id), beats.map(({ heartbeat }) => pgTime(heartbeat))],
    )
  }

  private async restart(): Promise<void> {
    const candidates = [...this.live.values()].filter(
      ({ agent, shift }) => shift === 0 && inPool(agent, 0) && agent.status === 'heartbeating',
    )
    if (candidates.length === 0) return
    const { agent } = this.rng.pick(candidates)
    const start = this.now - 1_200_000
    const next: AgentRow = {
      ...agent,
      id: this.ids.float(this.now),
      pid: this.rng.int(400, 32_700),
      start,
      heartbeat: start + 700_000,
      destruction: null,
    }
    await this.insertAgent(next)
    this.live.delete(agent.id)
    this.dead.set(agent.id, agent)
    this.live.set(next.id, { agent: next, shift: 0 })
  }

  private lose(): void {
    const candidates = [...this.live].filter(([, { agent, shift }]) => shift === 0 && inPool(agent, 1))
    if (candidates.length === 0 || this.lost.size >= 14) return
    const [id, living] = this.rng.pick(candidates)
    this.live.delete(id)
    this.lost.set(id, { ...living, until: this.now + (this.rng.int(9, 40) * MINUTE) / this.speed })
  }

  private async checkIn(): Promise<void> {
    for (const [queueloc, agent] of this.checkIns) {
      const start = this.now - 3 * SECOND
      const next: AgentRow = {
        ...agent,
        id: this.ids.float(this.now),
        pid: this.rng.int(400, 32_700),
        start,
        heartbeat: start + 2 * SECOND,
      }
      await this.insertAgent(next)
      this.dead.set(next.id, next)
      this.checkIns.set(queueloc, next)
    }
  }

  private async insertAgent(agent: AgentRow): Promise<void> {
    await copyRows(this.client, 'agents', AGENT_COLUMNS, [agentCells(agent)])
  }

  // Actions

  private async submit(): Promise<void> {
    const { rows } = await this.client.query(
      'SELECT FROM public.actions WHERE id > $1 AND id < 9e18 AND status IN ($2, $3, $4)',
      [this.firstOwnId(), 'init', 'preparing', 'inflight'],
    )
    const key = this.rng.pick(this.keys.filter(({ id }) => id === '2' || id === '3'))
    const author = makePeople(this.rng.fork('people')).find(({ id }) => id === key.id)
    if (rows.length >= AT_ONCE || !author) return
    const template = this.rng.chance(0.13) ? NOWHERE : this.rng.pick(ASKED)
    const action = draftAction(this.rng, {
      id: this.ids.float(this.now),
      template,
      name: this.rng.pick(template.names),
      at: this.now,
      author,
      signers: [key.id],
      minutes: Math.min(template.minutes, 20),
    })
    await this.insertAction(action)
    this.write(`action/new/${action.id}.json`, actionJson(action, { status: 'init' }))
  }

  private async insertAction(action: DemoAction): Promise<void> {
    action.signatures = await this.signer.sign(action)
    await copyRows(this.client, 'actions', ACTION_COLUMNS, [actionCells(action)])
    await copyRows(this.client, 'signatures', SIGNATURE_COLUMNS, signatureCells(action))
  }

  // What the scheduler does with a file in action/new.
  private async prepare(): Promise<void> {
    const { rows } = await this.client.query<ActionSqlRow>(
      `${SELECT_ACTION} WHERE status = 'init' AND validfrom <= $1 AND expireafter > $1`,
      [pgTime(this.now)],
    )
    for (const row of rows) {
      const file = `action/new/${row.id}.json`
      const text = await readFile(path.join(this.spool, file), 'utf8').catch(() => null)
      if (text === null || text === '') continue
      const action = actionFromRow(row, text)
      const template = ALL_TEMPLATES.find(({ target }) => target === action.target)
      const agents = template ? this.targeted(template) : []
      Object.assign(action, { start: this.now, status: agents.length > 0 ? 'inflight' : 'invalid' })
      action.counters = { ...NO_COUNTERS, sent: agents.length }
      await this.client.query(
        'UPDATE public.actions SET status = $2, starttime = $3, lastupdatetime = $3, sentctr = $4 WHERE id = $1',
        [action.id, action.status, pgTime(this.now), agents.length],
      )
      const commands = agents.map((agent, i): DemoCommand => {
        const start = this.now + 2000 + i * 310
        return {
          id: this.ids.float(start),
          action,
          agent: { ...agent },
          status: 'sent',
          results: 'null',
          start,
          finish: null,
        }
      })
      await copyRows(this.client, 'commands', COMMAND_COLUMNS, commands.map(commandCells))
      this.write(`action/${action.status}/${action.id}.json`, actionJson(action, { status: 'preparing' }))
      this.remove(file)
      for (const command of commands)
        this.write(`command/inflight/${action.id}-${command.id}.json`, commandJson(command))
    }
  }

  private targeted(template: Template): AgentRow[] {
    const chosen = new Map<string, AgentRow>()
    for (const { agent, shift } of this.live.values()) {
      if (shift === 0 && template.matches(agent)) chosen.set(agent.endpoint.queueloc, agent)
    }
    return this.rng.sample([...chosen.values()], TARGETS)
  }

  // Agents answer most commands within seconds, a few late, some never.
  private async answer(): Promise<void> {
    const { rows } = await this.client.query<{
      id: string
      action: string
      agent: MigId
      target: string
      operations: string
      age: string
    }>(
      `SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS action, trunc(c.agentid)::text AS agent, a.target, a.operations::text AS operations,
              ${micros('c.starttime')} AS age
       FROM public.commands c JOIN public.actions a ON a.id = c.actionid
       WHERE c.status = 'sent' AND a.status = 'inflight' AND a.expireafter > $1`,
      [pgTime(this.now)],
    )
    let answers = 0
    for (const row of rows) {
      const living = this.live.get(row.agent)
      const fresh = this.now - Number(row.age) < (40 * SECOND) / this.speed + 2 * SECOND
      if (!living || answers >= 60 || !this.rng.chance(fresh ? 0.45 : Math.min(0.004 * this.speed, 0.2))) continue
      const file = `command/inflight/${row.action}-${row.id}.json`
      const text = await readFile(path.join(this.spool, file), 'utf8').catch(() => '')
      const results = this.results(JSON.parse(row.operations) as Operation[], row.target, living.agent)
      const at = text.lastIndexOf(WAITING)
      if (at < 0 || results === null) continue
      answers++
      this.write(
        `command/returned/${this.ids.float(this.now)}`,
        `${text.slice(0, at)}"status":"done","results":${results}${text.slice(at + WAITING.length)}`,
      )
    }
  }

  private results(operations: Operation[], target: string, agent: AgentRow): string | null {
    const known = operations.every(
      ({ module }) => module === 'filechecker' || module === 'netstat' || module === 'example',
    )
    if (!known) return null
    const found = this.rng.chance(ALL_TEMPLATES.find((template) => template.target === target)?.hits ?? 0.1)
    return goJson(
      operations.map((operation) => moduleResult(this.rng, operation, agent, found)),
      GO,
    )
  }

  // Takes what lies in command/returned; files that are no commands stay, as with the real scheduler.
  private async takeReturned(): Promise<void> {
    const names = await readdir(path.join(this.spool, 'command/returned'))
    const answers: { id: MigId; status: string; results: string; file: string }[] = []
    for (const name of names.slice(0, 300)) {
      const file = `command/returned/${name}`
      const text = await readFile(path.join(this.spool, file), 'utf8').catch(() => '')
      const [, status, results] = ANSWER.exec(text) ?? []
      const id =
        parseId(/^\d+-(\d+)\.json$/.exec(name)?.[1] ?? '') ?? idFromGoJson(Number(/^\{"id":([^,]+),/.exec(text)?.[1]))
      if (id && status && results) answers.push({ id, status, results, file })
    }
    if (answers.length === 0) return
    const { rows } = await this.client.query<{ action: MigId; id: MigId; status: string }>(
      `UPDATE public.commands c SET status = r.status, results = r.results::json, finishtime = $4
       FROM unnest($1::numeric[], $2::text[], $3::text[]) AS r(id, status, results)
       WHERE c.id = r.id AND c.status = 'sent'
       RETURNING trunc(c.actionid)::text AS action, trunc(c.id)::text AS id, c.status`,
      [
        answers.map(({ id }) => id),
        answers.map(({ status }) => status),
        answers.map(({ results }) => results),
        pgTime(this.now),
      ],
    )
    for (const { file } of answers) this.remove(file)
    for (const { action, id } of rows) this.remove(`command/inflight/${action}-${id}.json`)
    for (const action of new Set(rows.map(({ action }) => action))) {
      await this.count(
        action,
        rows.filter((row) => row.action === action).map(({ status }) => status),
      )
    }
  }

  private async count(id: MigId, statuses: string[]): Promise<void> {
    const count = (status: string) => statuses.filter((each) => each === status).length
    const { rows } = await this.client.query<{ landed: boolean }>(
      `UPDATE public.actions SET returnedctr = returnedctr + $2, donectr = donectr + $3, cancelledctr = cancelledctr + $4,
              failedctr = failedctr + $5, timeoutctr = timeoutctr + $6, lastupdatetime = $7
       WHERE id = $1 RETURNING returnedctr = sentctr AND status = 'inflight' AS landed`,
      [id, statuses.length, count('done'), count('cancelled'), count('failed'), count('timeout'), pgTime(this.now)],
    )
    if (!rows[0]?.landed) return
    await this.client.query("UPDATE public.actions SET status = 'completed', finishtime = $2 WHERE id = $1", [
      id,
      pgTime(this.now + 700),
    ])
    const landed = (await this.client.query<ActionSqlRow>(`${SELECT_ACTION} WHERE id = $1`, [id]))
      .rows[0] as ActionSqlRow
    const action = actionFromRow(landed, null)
    this.write(`action/done/${id}.json`, doneJson({ ...action, finish: this.now + 700, lastUpdate: this.now }))
    this.remove(`action/inflight/${id}.json`)
  }

  // The collector: what expired is returned as cancelled or dropped, what is old is deleted.
  private async collect(): Promise<void> {
    const { rows } = await this.client.query<{ id: string; action: string }>(
      `SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS action FROM public.commands c JOIN public.actions a ON a.id = c.actionid
       WHERE c.status = 'sent' AND a.status = 'inflight' AND a.expireafter <= $1 ORDER BY c.id LIMIT 400`,
      [pgTime(this.now)],
    )
    for (const { id, action } of rows) {
      const file = `command/inflight/${action}-${id}.json`
      const text = await readFile(path.join(this.spool, file), 'utf8').catch(() => '')
      const at = text.lastIndexOf(WAITING)
      if (at < 0) continue
      this.write(
        `command/returned/${action}-${id}.json`,
        `${text.slice(0, at)}"status":"cancelled","results":null${text.slice(at + WAITING.length)}`,
      )
      this.remove(file)
    }
    const waited = await this.client.query<{ id: string }>(
      "SELECT trunc(id)::text AS id FROM public.actions WHERE status = 'init' AND expireafter <= $1",
      [pgTime(this.now)],
    )
    for (const { id } of waited.rows) this.remove(`action/new/${id}.json`)
    for (const state of ['action/done', 'action/invalid']) {
      for (const name of await readdir(path.join(this.spool, state))) {
        const file = `${state}/${name}`
        const modified = await stat(path.join(this.spool, file)).then(
          ({ mtimeMs }) => mtimeMs * 1000,
          () => this.now,
        )
        // What was too old when the demo was made stays, as one of its planted differences.
        if (modified < this.now - SPOOL_DELETE_AFTER && modified > this.filledAt - SPOOL_DELETE_AFTER) this.remove(file)
      }
    }
  }

  private async destroy(): Promise<void> {
    const doubled = [...this.live.values()].find(({ agent }) => agent.status === 'destroyed')
    if (!doubled || !this.keys.some(({ id }) => id === SCHEDULER_ID)) return
    const action = schedulerDestroy(this.rng, this.ids, doubled.agent, this.now - 10_000)
    await this.insertAction(action)
    await this.client.query('UPDATE public.agents SET destructiontime = $2 WHERE id = $1', [
      doubled.agent.id,
      pgTime(this.now - 11_000),
    ])
    this.write(`action/invalid/${action.id}.json`, actionJson(action, { status: 'preparing' }))
  }

  // The demo keeps its size: of what was added since it was filled, only the newest stay.
  private async prune(): Promise<void> {
    const { rows } = await this.client.query<{ id: MigId; name: string; over: boolean }>(
      `SELECT trunc(id)::text AS id, name, status IN ('completed', 'invalid') OR expireafter < $2 AS over FROM public.actions
       WHERE id > $1 AND id < 9e18 ORDER BY id DESC`,
      [this.firstOwnId(), pgTime(this.now - HOUR)],
    )
    const own = rows.filter(({ over }) => over)
    const destroys = own.filter(({ name }) => name.startsWith('Destroy agent '))
    const others = own.filter((row) => !destroys.includes(row))
    const gone = [...destroys.slice(KEPT_DESTROYS), ...others.slice(KEPT_ACTIONS)].map(({ id }) => id)
    if (gone.length > 0) {
      const commands = await this.client.query<{ id: string; action: string }>(
        'DELETE FROM public.commands WHERE actionid = ANY($1::numeric[]) RETURNING trunc(id)::text AS id, trunc(actionid)::text AS action',
        [gone],
      )
      await this.client.query('DELETE FROM public.signatures WHERE actionid = ANY($1::numeric[])', [gone])
      await this.client.query('DELETE FROM public.actions WHERE id = ANY($1::numeric[])', [gone])
      for (const id of gone)
        for (const state of ['new', 'inflight', 'done', 'invalid']) this.remove(`action/${state}/${id}.json`)
      for (const { id, action } of commands.rows) this.remove(`command/inflight/${action}-${id}.json`)
    }
    const first = BigInt(this.firstOwnId())
    const added = [...this.dead.keys()].filter((id) => BigInt(id) > first && id.length === 19).sort()
    const surplus = added.slice(0, Math.max(0, added.length - KEPT_AGENTS))
    if (surplus.length === 0) return
    const deleted = await this.client.query<{ id: MigId }>(
      `DELETE FROM public.agents a WHERE a.id = ANY($1::numeric[])
         AND NOT EXISTS (SELECT FROM public.commands c WHERE c.agentid = a.id)
         AND NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id)
         AND NOT EXISTS (SELECT FROM public.invagtmodperm p WHERE p.agentid = a.id)
       RETURNING trunc(a.id)::text AS id`,
      [surplus],
    )
    for (const { id } of deleted.rows) this.dead.delete(id)
  }

  // Ids of 2014 begin with their second: greater ones were made after the demo was filled.
  private firstOwnId(): string {
    return String((BigInt(Math.floor(this.filledAt / SECOND)) + 1n) << 32n)
  }

  // Files

  private write(file: string, content: string): void {
    const modified = this.now
    this.after.push(() => writeSpoolFile(this.spool, { path: file, content, modified, mode: 0o640 }))
  }

  private remove(file: string): void {
    this.after.push(async () => {
      await unlink(path.join(this.spool, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
    })
  }
}

const NOT_MARKED = 'This database does not carry the mark of this demo: nothing is written.'

async function hasMark(spool: string): Promise<boolean> {
  return stat(path.join(spool, SPOOL_MARK)).then(
    (found) => found.isFile(),
    () => false,
  )
}

function inPool(agent: AgentRow, pool: number): boolean {
  let sum = 7
  for (let i = 0; i < agent.endpoint.queueloc.length; i++)
    sum = (sum * 31 + agent.endpoint.queueloc.charCodeAt(i)) % 1_000_003
  return sum % POOLS === pool
}
