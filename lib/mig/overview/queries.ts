import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { reader } from '@/lib/db/read'
import { type Sql, sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { countLint } from '@/lib/mig/acl/lint'
import { getAclConsequences } from '@/lib/mig/acl/powers'
import { type AttentionReason, attentionBounds } from '@/lib/mig/actions/anomalies'
import { attentionReasonSql } from '@/lib/mig/actions/attention.sql'
import { type ActionRow, listActions } from '@/lib/mig/actions/queries'
import { actionList } from '@/lib/mig/actions/search-params'
import { earlier } from '@/lib/mig/agents/state'
import { getSpoolSigns, type SpoolSigns } from '@/lib/mig/spool/attention'
import { PATIENCE_MS, unlessAway } from '@/lib/mig/spool/away'
import { getSpoolOverview, type SpoolOverview } from '@/lib/mig/spool/overview'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Total } from '@/lib/page'

const COUNT_LIMIT = 1_000
const DAY = 86_400_000

async function countUpTo(rows: Sql): Promise<Total> {
  const { rows: counted } = await reader().query<{ n: string }>(
    sql`SELECT count(*) AS n FROM (${rows} LIMIT ${COUNT_LIMIT + 1}) AS counted`,
  )
  const count = Number(counted[0]?.n ?? 0)
  return { count: Math.min(count, COUNT_LIMIT), more: count > COUNT_LIMIT }
}

export type Attention = {
  /** Actions that need attention, by the first reason that their row tells, the gravest first. */
  reasons: { reason: AttentionReason; total: Total }[]
  /** Failed commands of those sent from `since` on. */
  failed: Total & { since: Instant }
}

/** How many actions are in flight, by their stored status. */
export function countInflight(_viewer: Viewer): Promise<Total> {
  return countUpTo(sql`SELECT 1 FROM public.actions WHERE status = 'inflight'`)
}

/** Actions that need attention by their reasons, each as its list counts it. */
async function countReasons(now: Instant): Promise<Attention['reasons']> {
  const v = await vintage()
  const bounds = attentionBounds(now, env())
  const { rows } = await reader().query<{ reason: AttentionReason; n: string }>(sql`
    SELECT reason, count(*) AS n FROM (
      SELECT ${attentionReasonSql(v, 'a', bounds)} AS reason FROM public.actions a
    ) r WHERE reason IS NOT NULL GROUP BY reason`)
  const counts = new Map(rows.map(({ reason, n }) => [reason, Number(n)]))
  return BY_GRAVITY.flatMap((reason) => {
    const count = counts.get(reason)
    return count ? [{ reason, total: { count: Math.min(count, COUNT_LIMIT), more: count > COUNT_LIMIT } }] : []
  })
}

const BY_GRAVITY: readonly AttentionReason[] = ['A1', 'A2', 'A3', 'A9', 'A5', 'invalid']

/** What somebody should look at: actions by reason, and the commands that failed of those sent from `since` on. */
export async function getAttention(_viewer: Viewer, now: Instant): Promise<Attention> {
  const since = earlier(now, DAY)
  const [reasons, failed] = await Promise.all([
    countReasons(now),
    countUpTo(sql`SELECT 1 FROM public.commands WHERE status = 'failed' AND starttime >= ${since}::timestamptz`),
  ])
  return { reasons, failed: { ...failed, since } }
}

/** What the checks of the ACL found, and what hangs on the keys that the overview warns of; null while it is being counted. */
export async function getAclAttention(viewer: Viewer, keys: readonly { id: MigId }[]) {
  const lint = await countLint(viewer)
  const without = new Map<string, Awaited<ReturnType<typeof getAclConsequences>>>()
  for (const { id } of keys) without.set(id, await getAclConsequences(viewer, id))
  return { lint: lint?.found ?? null, without }
}

const RECENT = 8

/** The newest actions of the list of actions. */
export async function getRecentActions(viewer: Viewer): Promise<ActionRow[]> {
  const parsed = actionList.parse({ size: '25' })
  if (!parsed.ok) throw new Error(parsed.problem)
  return (await listActions(viewer, parsed.params)).rows.slice(0, RECENT)
}

/** A look that took longer serves whoever comes within this time after it. */
const LATE_MS = 10_000

let underWay: { root: string; overview: Promise<SpoolOverview>; endedAt: number | null } | null = null

/**
 * The spool's states and the signs of trouble in it, or why nothing can be said of them: a spool that is away never takes the
 * overview with it, and one that does not answer holds it up for a second, and then for a while not at all.
 */
export async function getBacklog(
  viewer: Viewer,
  at: Instant,
): Promise<{ overview: SpoolOverview; signs: SpoolSigns } | { problem: string }> {
  try {
    const seen = await unlessAway(env().spoolDir, PATIENCE_MS, () => overviewUnderWay(viewer), slowSentence)
    if ('away' in seen) return { problem: seen.away }
    underWay = null
    const overview = seen.answer
    if (overview.problem) return { problem: overview.problem.sentence }
    return { overview, signs: await getSpoolSigns(viewer, at, overview) }
  } catch (error) {
    if (isUnavailable(error)) throw error
    console.error('The spool could not be looked at:', error)
    return { problem: 'The spool could not be looked at. The server’s log says why.' }
  }
}

function slowSentence({ problem, states }: SpoolOverview): string | null {
  if (problem) return problem.reason === 'slow' ? problem.sentence : null
  return states.find(({ status }) => status === 'slow')?.health.sentence ?? null
}

/** One look at the spool for all who wait for one, and for who comes soon after one that came too late. */
function overviewUnderWay(viewer: Viewer): Promise<SpoolOverview> {
  const root = env().spoolDir
  const isOld = underWay !== null && underWay.endedAt !== null && performance.now() - underWay.endedAt > LATE_MS
  if (underWay?.root === root && !isOld) return underWay.overview
  const look = { root, overview: getSpoolOverview(viewer), endedAt: null as number | null }
  underWay = look
  look.overview.then(
    (overview) => {
      look.endedAt = performance.now()
      if (slowSentence(overview) !== null && underWay === look) underWay = null
    },
    () => {
      if (underWay === look) underWay = null
    },
  )
  return look.overview
}
