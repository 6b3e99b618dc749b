import { formatCount } from '@/lib/format'
import type { ModuleWeight } from './queries'

const LISTED = 3

/**
 * What a signer's weights for one module come to over the agents of an action: "2 on 41 agents, no rule on 3 agents". More
 * than three different weights are a range.
 */
export function weightWords({ ambiguous, shares }: Pick<ModuleWeight, 'ambiguous' | 'shares'>): string {
  if (ambiguous) return 'two modules have this name, so that no rule can be told'
  const sum = (some: ModuleWeight['shares']) => some.reduce((all, share) => all + share.agents, 0)
  const byWeight = new Map<number, number>()
  for (const { via, weight, agents } of shares)
    if (via !== null && weight !== null) byWeight.set(weight, (byWeight.get(weight) ?? 0) + agents)
  const weights = [...byWeight].sort(([a], [b]) => a - b)
  const ruled = shares.filter((share) => share.via !== null)
  const unset = sum(ruled.filter((share) => share.weight === null))
  const unruled = sum(shares.filter((share) => share.via === null))
  const standIn = sum(ruled.filter((share) => share.via === 'default'))
  const parts: string[] = []
  if (weights.length > LISTED) {
    const all = weights.reduce((total, [, agents]) => total + agents, 0)
    parts.push(`${weights[0]?.[0]} to ${weights.at(-1)?.[0]} on ${formatCount(all, 'agent')}`)
  } else for (const [weight, agents] of weights) parts.push(`${weight} on ${formatCount(agents, 'agent')}`)
  if (unset > 0) parts.push(`no weight on ${formatCount(unset, 'agent')}`)
  if (standIn > 0)
    parts.push(standIn === sum(ruled) ? 'all by "default"' : `by "default" on ${formatCount(standIn, 'agent')}`)
  if (unruled > 0) parts.push(`no rule on ${formatCount(unruled, 'agent')}`)
  return parts.join(', ')
}
