import 'server-only'
import { auditListQuery } from '@/lib/audit/list.sql'
import { auditList } from '@/lib/audit/search-params'
import { lastHere } from '@/lib/auth/sessions'
import type { Viewer } from '@/lib/auth/viewer'
import { countRows } from '@/lib/db/list'
import { actionsQuery } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import type { EndpointState } from '@/lib/mig/agents/status'
import { getHistory, getSampleAt, pastProblem } from '@/lib/mig/health/queries'
import { differenceList } from '@/lib/mig/health/search-params'
import type { Instant } from '@/lib/mig/wire/time'
import type { Now } from '@/lib/now'
import type { Total } from '@/lib/page'

/** A number of rows, and the list that shows exactly these. */
type Counted = { total: Total; href: string }

/** What happened since somebody was here last. */
export type Since = {
  /** When they used their session before this one last, by the database's clock. */
  at: Instant
  /** Actions that became valid since. */
  actions: Counted
  /** What was written through this site, by its kind. */
  writes: Record<(typeof WRITTEN)[number], Counted>
  /** Endpoints by state as sampled then, and what moved since; null where no sample or history reaches back that far. */
  fleet: { byState: Record<EndpointState, number>; href: string } | null
}

export const WRITTEN = ['acl', 'investigator', 'module'] as const

/** What changed since the viewer's session before this one; null for who has none that is still kept, and at a fixed moment. */
export async function getSince(viewer: Viewer, { mig, fixed }: Now): Promise<Since | null> {
  // At a fixed moment of MIG's data nothing happens any more.
  const at = fixed ? null : await lastHere(viewer)
  if (at === null) return null
  const [actions, writes, fleet] = await Promise.all([
    countActions(viewer, at, mig),
    Promise.all(WRITTEN.map(async (kind) => [kind, await countWrites(viewer, kind, at)] as const)),
    fleetThen(viewer, at, mig),
  ])
  return { at, actions, writes: Object.fromEntries(writes) as Since['writes'], fleet }
}

async function countActions(viewer: Viewer, at: Instant, now: Instant): Promise<Counted> {
  const params = paramsOf(actionList.parse({ from: at, to: now }))
  return { total: await countRows(await actionsQuery(viewer, params)), href: actionList.href(params) }
}

async function countWrites(viewer: Viewer, kind: string, at: Instant): Promise<Counted> {
  const params = paramsOf(auditList.parse({ kind, from: at }))
  return { total: await countRows(auditListQuery(viewer, params)), href: auditList.href(params) }
}

async function fleetThen(viewer: Viewer, at: Instant, now: Instant): Promise<Since['fleet']> {
  const history = await getHistory(viewer)
  if (pastProblem(history, at) !== null) return null
  const { sample } = await getSampleAt(viewer, at, now)
  if (!sample) return null
  return { byState: sample.byState, href: differenceList.href(paramsOf(differenceList.parse({ from: at }))) }
}

function paramsOf<P>(parsed: { ok: true; params: P } | { ok: false; problem: string }): P {
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}
