import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from './statistics'
import { memoryOf, type Visitor } from './visitor'

/** What the people click, each as often as its share says; what-if and exports apart. */
export const MIX: readonly (readonly [share: number, name: string])[] = [
  [10, 'overview'],
  [14, 'agents'],
  [8, 'agents named …'],
  [8, 'agent'],
  [8, 'offline'],
  [3, 'doubles'],
  [8, 'health'],
  [12, 'actions'],
  [7, 'action of most commands'],
  [6, 'its commands'],
  [3, 'its results, grouped'],
  [5, 'commands'],
  [3, 'command'],
  [2, 'investigators'],
  [3, 'requirements, window'],
]

export type LoadResult = {
  people: number
  minutes: number
  pages: number
  perSecond: number
  errors: string[]
  p50: number
  p95: number
  p99: number
  slowest: { name: string; ms: number }[]
  memory: number | null
}

/**
 * People who each click every five seconds on average, for so many minutes. An answer other than 200, one with a page of
 * trouble, and one that breaks off are errors.
 */
export async function runLoad(
  visitors: readonly Visitor[],
  pathOf: (name: string) => string,
  { minutes, pid }: { minutes: number; pid: number },
): Promise<LoadResult> {
  const end = performance.now() + minutes * 60_000
  const seen: { name: string; ms: number }[] = []
  const errors: string[] = []
  const live = async (visitor: Visitor) => {
    for (;;) {
      await sleep(-5_000 * Math.log(1 - Math.random()))
      if (performance.now() > end) return
      const name = drawn()
      try {
        const { status, ms, body } = await visitor.ask(pathOf(name))
        seen.push({ name, ms })
        if (status !== 200) errors.push(`${name}: ${status}`)
        else if (body.includes('role="alert"')) errors.push(`${name}: a page of trouble`)
      } catch (error) {
        errors.push(`${name}: ${(error as Error).message}`)
      }
    }
  }
  await Promise.all(visitors.map(live))
  const times = seen.map(({ ms }) => ms)
  return {
    people: visitors.length,
    minutes,
    pages: seen.length,
    perSecond: seen.length / (minutes * 60),
    errors,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    slowest: seen.sort((a, b) => b.ms - a.ms).slice(0, 5),
    memory: memoryOf(pid)?.most ?? null,
  }
}

const SHARES = MIX.reduce((sum, [share]) => sum + share, 0)

function drawn(): string {
  let left = Math.random() * SHARES
  for (const [share, name] of MIX) {
    left -= share
    if (left < 0) return name
  }
  return MIX[0]?.[1] ?? ''
}
