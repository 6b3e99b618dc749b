import { compareNames } from '@/lib/conventions'
import { contributionsOf, DEFAULT_MODULE, type EndpointRules, reachOf, requirementFor, type Signer } from './rule'
import { signingKey } from './rule-books'
import { type FoundSets, minimalSets } from './signer-sets'

/** What a person can do with a rule: reach it alone, with one other, in larger company, or not even with everybody. */
export const POWERS = ['alone', 'pair', 'more', 'never'] as const
export type Power = (typeof POWERS)[number]

/** Each power's name and meaning, as pages say it. */
export const POWER_WORDS: Record<Power, { label: string; meaning: string }> = {
  alone: { label: 'alone', meaning: 'The weight of this one signature reaches the minimum.' },
  pair: { label: 'with one other', meaning: 'With one other person who does not reach it alone either.' },
  more: { label: 'in larger company', meaning: 'With two or more others, or beside somebody who needs nobody.' },
  never: { label: 'not even with all', meaning: 'All active people together do not reach the minimum.' },
}

/** The rows of `investigators` by key. */
export function keysOf<Person extends Signer>(people: readonly Person[]): Person[][] {
  const keys = new Map<string, Person[]>()
  for (const person of people) keys.set(signingKey(person), [...(keys.get(signingKey(person)) ?? []), person])
  return [...keys.values()]
}

const weigh = (rules: EndpointRules, key: readonly Signer[], moduleId: string) =>
  contributionsOf(rules, key, moduleId).reduce((sum, { counted }) => sum + counted, 0)

/**
 * The rules of an endpoint's newest row that each of its live rows has as well, where there are several. Stricter than
 * `judgeEndpoint` where the newest row is not live: that one only holds the live rows to each other.
 */
export function settledRules(newest: EndpointRules, live: readonly EndpointRules[]): EndpointRules {
  if (live.length < 2) return newest
  return {
    modules: newest.modules,
    requirements: newest.requirements.filter(({ moduleId, minimumWeight }) =>
      live.every(({ requirements }) =>
        requirements.some((one) => one.moduleId === moduleId && one.minimumWeight === minimumWeight),
      ),
    ),
    weights: newest.weights.filter(({ investigatorId, moduleId, weight }) =>
      live.every(({ weights }) =>
        weights.some(
          (one) => one.investigatorId === investigatorId && one.moduleId === moduleId && one.weight === weight,
        ),
      ),
    ),
  }
}

/**
 * What a person's key can do with the minimum that hangs on a module's row; null where it weighs nothing, there is none, or two
 * modules share the name.
 */
export function powerOf(
  rules: EndpointRules,
  key: readonly Signer[],
  others: readonly (readonly Signer[])[],
  moduleId: string,
): Power | null {
  const name = rules.modules.find(({ id }) => id === moduleId)?.name
  const required = name === undefined ? null : requirementFor(rules, name)
  const minimum = required?.kind === 'found' && required.moduleId === moduleId ? required.minimum : 0
  const weight = weigh(rules, key, moduleId)
  if (minimum < 1 || weight <= 0) return null
  if (weight >= minimum) return 'alone'
  const small = others.map((other) => weigh(rules, other, moduleId)).filter((other) => other < minimum)
  if (small.some((other) => weight + other >= minimum)) return 'pair'
  return weight + reachOf(rules, others.flat(), moduleId) >= minimum ? 'more' : 'never'
}

/** Who can run a module on an endpoint: every minimal set of at most three people. */
export type ModulePower = {
  /** The module; `default` stands for all without a minimum of their own. */
  module: string
  moduleId: string
  minimum: number
  /** `mixed`: live rows of the endpoint differ in the minimum, or in weights without which it is not reached. */
  problem: 'below-one' | 'ambiguous' | 'mixed' | 'unreachable' | null
} & FoundSets

/** Who can run what by the rules of an endpoint's newest row, held to those of its live rows: a line a minimum, `default` last. */
export function powersOn(
  rules: EndpointRules,
  people: readonly Signer[],
  live: readonly EndpointRules[] = [],
): ModulePower[] {
  const keys = keysOf(people)
  const settled = settledRules(rules, live)
  const lines = rules.requirements.flatMap(({ moduleId, minimumWeight }): ModulePower[] => {
    const module = rules.modules.find(({ id }) => id === moduleId)
    if (!module) return []
    const held = keys.map((key) => ({
      id: key[0]?.investigatorId ?? '',
      weights: [weigh(settled, key, moduleId)],
    }))
    const problemOf = (): ModulePower['problem'] => {
      if (requirementFor(rules, module.name).kind === 'ambiguous') return 'ambiguous'
      if (minimumWeight < 1) return 'below-one'
      if (reachOf(rules, people, moduleId) < minimumWeight) return 'unreachable'
      const isSettled = settled.requirements.some((row) => row.moduleId === moduleId)
      return isSettled && reachOf(settled, people, moduleId) >= minimumWeight ? null : 'mixed'
    }
    const problem = problemOf()
    const found = problem ? { sets: [], leftOut: 0 } : minimalSets({ missing: [minimumWeight], people: held })
    return [{ module: module.name, moduleId, minimum: minimumWeight, ...found, problem }]
  })
  const isLast = (line: ModulePower) => Number(line.module === DEFAULT_MODULE)
  return lines.sort((a, b) => isLast(a) - isLast(b) || compareNames(a.module, b.module))
}
