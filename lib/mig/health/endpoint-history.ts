import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { thresholds as settings } from '@/lib/mig/agents/bounds'
import { earlier, type Thresholds } from '@/lib/mig/agents/state'
import type { EndpointState } from '@/lib/mig/agents/status'
import { compareInstants, type Instant } from '@/lib/mig/wire/time'
import { endpointHistorySql } from './spans.sql'

/** A stretch of an endpoint's history in one state with one version. */
export type Stretch = { state: EndpointState; version: string; from: Instant; to: Instant }

type RawSpan = { kind: string; version: string; since: Instant; until: Instant; last_seen: Instant | null }

/** The stretches of one endpoint within a range, oldest first, cut to it; empty where nothing is known. */
export async function getEndpointHistory(
  _viewer: Viewer,
  queueloc: string,
  range: { from: Instant; to: Instant },
  thresholds: Thresholds = settings(),
): Promise<Stretch[]> {
  const { rows } = await reader().query<RawSpan>(endpointHistorySql(queueloc, range))
  return rows.reverse().flatMap((span) => stretchesOf(span, thresholds, range))
}

function stretchesOf(span: RawSpan, thresholds: Thresholds, range: { from: Instant; to: Instant }): Stretch[] {
  const { kind, version, last_seen: seen } = span
  if (kind !== 'heard' || seen === null)
    return cut(
      [{ state: kind === 'heard' ? 'online' : (kind as EndpointState), version, from: span.since, to: span.until }],
      range,
    )
  const edges: [EndpointState, Instant][] = [
    ['online', earlier(seen, -2 * thresholds.period)],
    ['late', earlier(seen, -thresholds.timeout)],
    ['unreachable', earlier(seen, -thresholds.goneAfter)],
    ['gone', span.until],
  ]
  let from = span.since
  const stretches: Stretch[] = []
  for (const [state, edge] of edges) {
    const to = state === 'gone' || compareInstants(edge, span.until) > 0 ? span.until : edge
    if (compareInstants(to, from) > 0) {
      stretches.push({ state, version, from, to })
      from = to
    }
  }
  return cut(stretches, range)
}

function cut(stretches: Stretch[], { from, to }: { from: Instant; to: Instant }): Stretch[] {
  return stretches.flatMap((one) => {
    const start = compareInstants(one.from, from) < 0 ? from : one.from
    const end = compareInstants(one.to, to) > 0 ? to : one.to
    return compareInstants(end, start) > 0 ? [{ ...one, from: start, to: end }] : []
  })
}
