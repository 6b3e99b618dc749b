import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { digits, listOf, maybeText } from './values'

const answerSchema = z.looseObject({
  elements: z
    .looseObject({
      protocol: maybeText,
      resolvedhost: maybeText,
      latencies: listOf(digits),
      failures: listOf(z.string()),
    })
    .nullish(),
})

/** The outcome of one ping; `latency` in milliseconds as digits. */
export type PingTry = { outcome: 'answer' | 'timeout' | 'unreachable' | 'failed'; latency: string | null }

export type PingAnswer = {
  kind: 'ping'
  protocol: string
  host: string
  tries: PingTry[]
  failures: string[]
  hits: Hit[]
}

// The module's own numbers for what is no latency.
const NO_LATENCY = new Map<string, PingTry['outcome']>([
  ['9999999', 'timeout'],
  ['9.999999e+06', 'timeout'],
  ['-1', 'unreachable'],
  ['0', 'failed'],
])

/** What module ping measured. */
export function readPing(answer: JsonValue): PingAnswer | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const { protocol = '', resolvedhost = '', latencies = [], failures = [] } = parsed.data.elements ?? {}
  const tries = latencies.map((latency): PingTry => {
    const outcome = NO_LATENCY.get(latency)
    return outcome ? { outcome, latency: null } : { outcome: 'answer', latency }
  })
  const answered = tries.filter((one) => one.outcome === 'answer').length
  return {
    kind: 'ping',
    protocol,
    host: resolvedhost,
    tries,
    failures,
    hits: answered
      ? [{ path: resolvedhost, check: 'reachable', method: protocol, value: '', count: String(answered) }]
      : [],
  }
}
