import { chmod, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { goJson } from '@/lib/mig/wire/go-json'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import type { DemoAction, DemoCommand } from './action-types'
import { DAY, HOUR, MINUTE, type Micros, nanosToMicros, SECOND } from './clock'
import type { Demo } from './generate'
import { IdMaker } from './ids'
import { moduleResult } from './results'
import { Rng } from './rng'
import { actionJson, commandJson, doneJson } from './spool-json'

export const SPOOL_DELETE_AFTER = 72 * HOUR

/** A file named in this way at the root marks a spool that the demo may clear. */
export const SPOOL_MARK = '.mig-dashboard-demo'

export type SpoolFile = { path: string; content: string; modified: Micros; mode: number }

/** Where spool and database differ on purpose, or what no scheduler would leave. */
export type PlantedDifference = {
  kind:
    | 'inflight file of a landed action'
    | 'inflight action without file'
    | 'landed action without file'
    | 'init action without file'
    | 'sent command without file'
    | 'inflight file of an answered command'
    | 'done file without row'
    | 'done file with another name'
    | 'done file kept too long'
    | 'invalid file without row'
    | 'preparing action with a file in invalid'
    | 'broken JSON'
    | 'poison file'
    | 'empty file'
    | 'stranger’s file'
    | 'left by an older scheduler'
  path?: string
  actionId?: MigId
  commandId?: MigId
}

export type Spool = { files: SpoolFile[]; planted: PlantedDifference[] }

const SPOOL_MODE = 0o640
const HAND_MODE = 0o644

/** Throws when the folder holds files that no demo made. */
export async function refuseForeignSpool(dir: string): Promise<void> {
  const present = await readdir(dir).catch((): string[] => [])
  if (present.length > 0 && !present.includes(SPOOL_MARK)) {
    throw new Error(`The demo's spool is not written: ${dir} holds files that the demo did not make.`)
  }
}

/** Writes the demo's spool into a folder of its own and gives the number of files. Throws as `refuseForeignSpool`. */
export async function writeSpool(dir: string, demo: Demo): Promise<number> {
  await refuseForeignSpool(dir)
  const { files } = planSpool(demo)
  const half = `${dir}.new`
  await rm(half, { recursive: true, force: true })
  for (const [kind, state] of SPOOL_STATES) await makeDirectory(path.join(half, kind, state))
  for (let i = 0; i < files.length; i += 50)
    await Promise.all(files.slice(i, i + 50).map((file) => writeSpoolFile(half, file)))
  await rm(dir, { recursive: true, force: true })
  await rename(half, dir)
  return files.length
}

/** Writes one file with its mode and time; readers see nothing or all of it. */
export async function writeSpoolFile(dir: string, file: SpoolFile): Promise<void> {
  const target = path.join(dir, file.path)
  const half = path.join(dir, `.half-${file.path.replaceAll('/', '-')}`)
  await writeFile(half, file.content, { mode: file.mode })
  await chmod(half, file.mode)
  const seconds = file.modified / SECOND
  await utimes(half, seconds, seconds)
  await rename(half, target)
}

/** The files of the demo's spool and the list of planted differences; signatures must have been made. */
export function planSpool(demo: Demo): Spool {
  return new SpoolPlanner(demo).plan()
}

class SpoolPlanner {
  private readonly rng: Rng
  private readonly ids: IdMaker
  private readonly files: SpoolFile[] = []
  private readonly planted: PlantedDifference[] = []

  constructor(private readonly demo: Demo) {
    this.rng = new Rng(demo.seed).fork('spool')
    this.ids = new IdMaker(this.rng.fork('ids'))
  }

  plan(): Spool {
    this.add(SPOOL_MARK, 'Made by the demo of the MIG dashboard; it may be cleared.\n', this.demo.now)
    this.done()
    this.inflight()
    this.fresh()
    this.invalid()
    this.returned()
    this.leftOvers()
    this.strangers()
    return { files: this.files, planted: this.planted }
  }

  private add(name: string, content: string, modified: Micros, mode = SPOOL_MODE): string {
    this.files.push({ path: name, content, modified: Math.min(modified, this.demo.now), mode })
    return name
  }

  private plant(kind: PlantedDifference['kind'], rest: Omit<PlantedDifference, 'kind'>): void {
    this.planted.push({ kind, ...rest })
  }

  private get of2014(): DemoAction[] {
    return this.demo.actions.filter(({ format }) => format === 'A')
  }

  private done(): void {
    const { now } = this.demo
    const landed = this.of2014.filter(({ status }) => status === 'completed')
    const kept = landed.filter(({ finish }) => (finish as Micros) > now - SPOOL_DELETE_AFTER)
    const [missing, renamed, inflight] = kept.filter(({ story }) => story === 'plain').slice(2) as [
      DemoAction,
      DemoAction,
      DemoAction,
    ]
    for (const action of kept) {
      if (action === missing) {
        this.plant('landed action without file', { actionId: action.id })
        continue
      }
      const file = this.add(
        `action/done/${action.id}.json`,
        doneJson(action, action === renamed ? `${action.name} (copy)` : action.name),
        action.finish as Micros,
      )
      if (action === renamed) this.plant('done file with another name', { path: file, actionId: action.id })
    }
    const left = this.add(
      `action/inflight/${inflight.id}.json`,
      actionJson({ ...inflight, status: 'inflight' }, { status: 'preparing' }),
      inflight.start as Micros,
    )
    this.plant('inflight file of a landed action', { path: left, actionId: inflight.id })

    const old = landed.find(
      ({ finish, syntaxversion, story }) =>
        story === 'plain' && syntaxversion === 2 && (finish as Micros) < now - SPOOL_DELETE_AFTER - DAY,
    ) as DemoAction
    const kepttoolong = this.add(`action/done/${old.id}.json`, doneJson(old), old.finish as Micros)
    this.plant('done file kept too long', { path: kepttoolong, actionId: old.id })

    const gone = {
      ...(kept[0] as DemoAction),
      id: this.ids.float(now - 9 * HOUR),
      name: 'Where is the old key still in use?',
    }
    const orphan = this.add(
      `action/done/${gone.id}.json`,
      doneJson({
        ...gone,
        finish: now - 9 * HOUR + 4_100_000,
        start: now - 9 * HOUR,
        lastUpdate: now - 9 * HOUR + 4_099_000,
      }),
      now - 9 * HOUR,
    )
    this.plant('done file without row', { path: orphan })
  }

  private inflight(): void {
    for (const action of this.of2014.filter(({ status }) => status === 'inflight')) {
      if (action.story === 'lost spool') {
        this.plant('inflight action without file', { actionId: action.id })
        continue
      }
      this.add(`action/inflight/${action.id}.json`, actionJson(action, { status: 'preparing' }), action.start as Micros)
    }
    const waiting = this.demo.commands.filter(({ status, action }) => status === 'sent' && action.format === 'A')
    const healthy = waiting.filter(({ action }) => action.story === 'answers coming in')
    const lost = healthy[healthy.length - 1]
    for (const command of waiting) {
      if (command.action.story === 'lost spool' || command === lost)
        this.plant('sent command without file', { commandId: command.id, actionId: command.action.id })
      else this.addCommand('inflight', command)
    }
    const answered = this.demo.commands.find(
      ({ status, action }) => status === 'done' && action.story === 'answers coming in',
    ) as DemoCommand
    const file = this.addCommand('inflight', answered)
    this.plant('inflight file of an answered command', {
      path: file,
      commandId: answered.id,
      actionId: answered.action.id,
    })
  }

  private addCommand(
    state: 'inflight' | 'ready' | 'done',
    command: DemoCommand,
    answer?: { status: string; results: string },
  ): string {
    return this.add(
      `command/${state}/${command.action.id}-${command.id}.json`,
      commandJson(command, answer),
      command.finish ?? command.start,
    )
  }

  private fresh(): void {
    const { now } = this.demo
    for (const action of this.demo.actions.filter(({ status, format }) => status === 'init' && format === 'A')) {
      if (action.story === 'unknown investigator' || action.story === 'expired while waiting') {
        this.plant('init action without file', { actionId: action.id })
        continue
      }
      this.add(`action/new/${action.id}.json`, actionJson(action, { status: 'init' }), action.submitted)
    }
    // Dropped by hand: no id yet, a name of its own, valid from tomorrow on.
    const model = this.demo.actions.find(({ story }) => story === 'starts later') as DemoAction
    const day = 86_400_000_000_000n
    this.add(
      'action/new/keys-after-the-move.json',
      actionJson(
        { ...model, validfrom: model.validfrom + day, expireafter: model.expireafter + day },
        { status: null, byHand: true },
      ),
      now - 5 * HOUR,
      HAND_MODE,
    )
    const half = this.add(`action/new/${this.ids.float(now - 2 * HOUR)}.json`, '', now - 2 * HOUR)
    this.plant('empty file', { path: half })
  }

  private invalid(): void {
    const { now } = this.demo
    for (const action of this.of2014.filter(({ status }) => status === 'invalid')) {
      const at = action.lastUpdate as Micros
      if (at > now - SPOOL_DELETE_AFTER)
        this.add(`action/invalid/${action.id}.json`, actionJson(action, { status: 'preparing' }), at)
    }
    for (const action of this.demo.actions.filter(({ status }) => status === 'preparing')) {
      const failed = BigInt(action.start as Micros) * 1000n + BigInt(this.rng.int(5_000_000, 60_000_000))
      const file = this.add(
        `action/invalid/${failed}.json`,
        actionJson(action, { status: null, byHand: true }),
        (action.start as Micros) - 2 * SECOND,
        HAND_MODE,
      )
      this.plant('preparing action with a file in invalid', { path: file, actionId: action.id })
    }
    const tornAt = now - 19 * HOUR
    const torn = this.add(
      `action/invalid/${BigInt(tornAt) * 1000n + 417_310n}.json`,
      '{"name": "Listeners on the build hosts", "target": "name LIKE \'build%\'", "operations": [ {"module": "netstat", "param',
      tornAt - SECOND,
      HAND_MODE,
    )
    this.plant('broken JSON', { path: torn })

    const lateAt = now - 26 * HOUR
    const model = this.demo.actions.find(({ story }) => story === 'no agent matched') as DemoAction
    const shift = BigInt(lateAt - nanosToMicros(model.expireafter)) * 1000n - 3_600_000_000_000n
    const late: DemoAction = {
      ...model,
      id: this.ids.float(lateAt),
      name: 'Dropped by hand after its time',
      validfrom: model.validfrom + shift,
      expireafter: model.expireafter + shift,
    }
    const orphan = this.add(`action/invalid/${late.id}.json`, actionJson(late, { status: null }), lateAt)
    this.plant('invalid file without row', { path: orphan })
  }

  private returned(): void {
    const { now } = this.demo
    const inflight = this.demo.commands.filter(
      ({ status, action }) => status === 'sent' && action.story === 'answers coming in' && action.counters.sent < 300,
    )
    for (const command of this.rng.sample(inflight.slice(0, -1), 6)) {
      const results = goJson(
        command.action.operations.map((operation) => moduleResult(this.rng, operation, command.agent, false)),
        { numbers: 'go1.7' },
      )
      this.add(
        `command/returned/${this.ids.float(now - 2 * SECOND)}`,
        commandJson(command, { status: 'done', results }),
        now - this.rng.int(300, 2500) * 1000,
      )
    }
    const lost = this.demo.commands.filter(({ status, action }) => status === 'sent' && action.story === 'lost spool')
    for (const command of lost.slice(0, 2)) {
      this.add(
        `command/returned/${command.action.id}-${command.id}.json`,
        commandJson(command, { status: 'cancelled', results: 'null' }),
        now - 6 * MINUTE,
      )
    }
    const poison = this.add(
      `command/returned/${this.ids.float(now - 7 * MINUTE)}`,
      '{"id":6.0594083692e+18,"status":"done","results":[{"foundanything":false}]}',
      now - 7 * MINUTE,
    )
    this.plant('poison file', { path: poison })
  }

  private leftOvers(): void {
    const old = this.demo.commands.filter(({ action }) => action.story === 'first syntax')
    for (const command of old.filter(({ status }) => status === 'prepared').slice(0, 2)) {
      this.plant('left by an older scheduler', { path: this.addCommand('ready', command), commandId: command.id })
    }
    for (const command of old.filter(({ status }) => status === 'done').slice(0, 3)) {
      this.plant('left by an older scheduler', {
        path: this.addCommand('done', command, { status: command.status, results: command.results }),
        commandId: command.id,
      })
    }
  }

  private strangers(): void {
    const { now, endpoints } = this.demo
    const names = endpoints.filter(({ tidy, site }) => tidy && site === 'dc1.example.net').map(({ name }) => name)
    this.add('agents_whitelist.txt', `${names.sort().join('\n')}\n`, now - 30 * DAY)
    const notes = this.add(
      'action/inflight/notes from olga.txt',
      'Do not restart the scheduler before the dumps action has landed.\n',
      now - 28 * HOUR,
      HAND_MODE,
    )
    this.plant('stranger’s file', { path: notes })
  }
}

async function makeDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const each of [path.dirname(dir), dir]) await chmod(each, 0o750)
}
