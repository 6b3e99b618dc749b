import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf, maybeText } from './values'

const answerSchema = z.looseObject({
  elements: z
    .looseObject({
      hascheckeddrift: z.boolean().nullish(),
      iswithindrift: z.boolean().nullish(),
      drifts: listOf(z.string()),
      localtime: maybeText,
    })
    .nullish(),
  statistics: z
    .looseObject({
      ntpstats: listOf(
        z.looseObject({
          host: maybeText,
          time: maybeText,
          latency: maybeText,
          drift: maybeText,
          reachable: z.boolean().nullish(),
        }),
      ),
    })
    .nullish(),
})

export type TimeServer = { host: string; time: string; latency: string; drift: string; reachable: boolean }

export type TimedriftAnswer = {
  kind: 'timedrift'
  /** null when no time server could be asked, or none was to be. */
  isWithin: boolean | null
  drifts: string[]
  localtime: string
  servers: TimeServer[]
  hits: Hit[]
}

/** What module timedrift says of its host's clock. */
export function readTimedrift(answer: JsonValue): TimedriftAnswer | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const { hascheckeddrift, iswithindrift, drifts = [], localtime = '' } = parsed.data.elements ?? {}
  return {
    kind: 'timedrift',
    // Go leaves out a false iswithindrift.
    isWithin: hascheckeddrift ? (iswithindrift ?? false) : null,
    drifts,
    localtime,
    servers: (parsed.data.statistics?.ntpstats ?? []).map((server) => ({
      host: server.host,
      time: server.time,
      latency: server.latency,
      drift: server.drift,
      reachable: server.reachable ?? false,
    })),
    hits: drifts.map((drift) => ({ path: drift, check: 'drift', method: '', value: '', count: null })),
  }
}
