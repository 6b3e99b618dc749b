import { TEMPLATES, type Template } from '@/lib/demo/action-templates'
import { DAY, type Micros } from '@/lib/demo/clock'
import { type AgentRow, makeFleet } from '@/lib/demo/fleet'
import { IdMaker } from '@/lib/demo/ids'
import { cellText } from '@/lib/demo/insert'
import { Rng } from '@/lib/demo/rng'

/** A machine of the demo that many endpoints are copies of. */
export type Model = {
  /** The row whose system, environment and tags the copies have; templates judge it. */
  agent: AgentRow
  name: string
  os: string
  /** Cells as COPY takes them. */
  environment: string
  tags: string
}

/** The demo's machines as of MIG's 2014, without those of its later years. */
export function makeModels(seed: string, now: Micros): Model[] {
  const rng = new Rng(seed).fork('models')
  const { agents } = makeFleet(rng, new IdMaker(rng.fork('ids')), now)
  const models = new Map<string, Model>()
  for (const agent of agents) {
    const { queueloc, name, os, environment, story } = agent.endpoint
    if (story === 'later MIG' || models.has(queueloc) || agent.environment === null) continue
    models.set(queueloc, { agent, name, os, environment: cellText(environment), tags: cellText(agent.tags) })
  }
  return [...models.values()]
}

/** A question and which models it is put to. */
export type Question = { template: Template; matches: Uint8Array; share: number }

/** The demo's questions of 2014. The first two go to everybody. */
export function makeQuestions(models: readonly Model[]): Question[] {
  // The last two of `few` are about what cannot work, and belong to single hosts.
  const templates = Object.values(TEMPLATES).flat()
  return templates
    .filter(({ operations }) => !operations(new Rng('')).some(({ module }) => module === 'memory'))
    .map((template) => {
      const matches = Uint8Array.from(models, ({ agent }) => (template.matches(agent) ? 1 : 0))
      return { template, matches, share: matches.reduce((sum, n) => sum + n, 0) / models.length }
    })
}

/** A release of the agent. */
export type Release = { built: Micros; text: string }

/** The releases that agents of the last 540 days were started from, newest first. */
export function makeReleases(seed: string, now: Micros): Release[] {
  const rng = new Rng(seed).fork('releases')
  return [9, 23, 60, 95, 152, 230, 302, 380, 470, 560].map((days) => {
    const built = now - days * DAY - rng.int(1, 20) * 3_600_000_000
    const stamp = new Date(built / 1000).toISOString().replace(/\D/g, '').slice(0, 12)
    return { built, text: `${stamp}+${rng.hex(7)}.${days === 23 ? 'beta' : 'prod'}` }
  })
}
