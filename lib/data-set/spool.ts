import { closeSync, futimesSync, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { DemoAction, DemoCommand } from '@/lib/demo/action-types'
import { DAY, type Micros, SECOND } from '@/lib/demo/clock'
import type { AgentRow } from '@/lib/demo/fleet'
import type { Signer } from '@/lib/demo/sign'
import { SPOOL_DELETE_AFTER, SPOOL_MARK } from '@/lib/demo/spool'
import { actionJson, commandJson, doneJson } from '@/lib/demo/spool-json'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { type ActionPlan, expiryOf } from './actions'
import type { Tally, Waiting } from './commands'
import type { FleetPlan } from './fleet'

export type SpoolSource = {
  fleet: FleetPlan
  plan: ActionPlan
  tally: Tally
  waiting: readonly Waiting[]
  signer: Signer
}

/** Writes the spool of a data set into an empty folder and returns the number of files; one at a time, so in little memory. */
export async function writeDataSetSpool(
  dir: string,
  { fleet, plan, tally, waiting, signer }: SpoolSource,
  onFiles: (count: number) => void,
): Promise<number> {
  for (const [kind, state] of SPOOL_STATES) mkdirSync(path.join(dir, kind, state), { recursive: true, mode: 0o750 })
  let files = 0
  const write = (name: string, content: string, modified: Micros) => {
    const file = openSync(path.join(dir, name), 'w', 0o640)
    writeSync(file, content)
    const seconds = Math.min(modified, fleet.now) / SECOND
    futimesSync(file, seconds, seconds)
    closeSync(file)
    onFiles(++files)
  }
  write(SPOOL_MARK, 'Made by the data set generator of the MIG dashboard; it may be cleared.\n', fleet.now)
  files = 0

  const signed = async (action: number): Promise<DemoAction> => {
    const made = tally.complete(action, plan.make(action))
    return { ...made, signatures: await signer.sign(made) }
  }
  for (let action = 0; action < plan.count; action++) {
    if (plan.moment(action) < fleet.now - SPOOL_DELETE_AFTER - DAY && plan.story(action) === 'completed') continue
    const made = await signed(action)
    const start = typeof made.start === 'number' ? made.start : plan.moment(action)
    // Those whose time is over without a file were lost; the others wait for it.
    if (made.status === 'init' && (expiryOf(made) > fleet.now || action % 2 === 0))
      write(`action/new/${made.id}.json`, actionJson(made, { status: 'init' }), start)
    else if (made.status === 'inflight')
      write(`action/inflight/${made.id}.json`, actionJson(made, { status: 'preparing' }), start)
    else if (made.status === 'invalid' && start > fleet.now - SPOOL_DELETE_AFTER)
      write(`action/invalid/${made.id}.json`, actionJson(made, { status: 'preparing' }), start)
    else if (typeof made.finish === 'number' && made.finish > fleet.now - SPOOL_DELETE_AFTER)
      write(`action/done/${made.id}.json`, doneJson(made), made.finish)
  }

  let known: { action: number; made: DemoAction } | undefined
  for (const { id, action, row, start } of waiting) {
    if (known?.action !== action) known = { action, made: await signed(action) }
    const { made } = known
    const command = {
      id,
      action: made,
      agent: agentOf(fleet, row),
      status: 'sent',
      results: 'null',
      start,
      finish: null,
    }
    write(`command/inflight/${made.id}-${id}.json`, commandJson(command as DemoCommand), start)
  }
  return files
}

// What the JSON of a command says of its agent.
function agentOf(fleet: FleetPlan, row: number): AgentRow {
  const { endpoint, start, heartbeat, version, pid } = fleet.process(row)
  return {
    id: fleet.id(row),
    endpoint: {
      ...fleet.model(endpoint).agent.endpoint,
      name: fleet.name(endpoint),
      queueloc: fleet.queueloc(endpoint),
    },
    version,
    pid,
    start,
    heartbeat,
    destruction: null,
    status: 'heartbeating',
    environment: null,
    tags: null,
    live: true,
  }
}
