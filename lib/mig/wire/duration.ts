const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5
  μs: 1_000n, // U+03BC
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const MAX_NANOS = 2n ** 63n - 1n
const WHOLE = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g

/**
 * Milliseconds (maybe a fraction) of a duration in Go's notation: `1h20m`, `60s`, `595.053µs`, `-1.5h`. null for
 * anything else and beyond Go's 292 years; a bare number has no unit and is refused, but `0`, which Go itself prints.
 */
export function parseGoDuration(text: string): number | null {
  const negative = text.startsWith('-')
  const body = negative || text.startsWith('+') ? text.slice(1) : text
  if (body === '0') return 0
  if (body.length > 200 || !WHOLE.test(body)) return null
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of body.matchAll(PART)) {
    const unitNanos = UNIT_NANOS[unit] ?? 0n
    nanos += BigInt(whole || '0') * unitNanos
    if (fraction) nanos += (BigInt(fraction) * unitNanos) / 10n ** BigInt(fraction.length)
  }
  if (nanos > MAX_NANOS) return null
  const milliseconds = Number(nanos) / 1_000_000
  return negative && milliseconds !== 0 ? -milliseconds : milliseconds
}
