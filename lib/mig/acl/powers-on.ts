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

/** What a person's key can do with the minimum that hangs on a module's row; null where it weighs nothing or there is none. */
export function powerOf(
  rules: EndpointRules,
  key: readonly Signer[],
  others: readonly (readonly Signer[])[],
  moduleId: string,
): Power | null {
  const minimum = rules.requirements.find((row) => row.moduleId === moduleId)?.minimumWeight ?? 0
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
  problem: 'below-one' | 'ambiguous' | 'unreachable' | null
} & FoundSets

/** Who can run what by one endpoint's rules, a line a minimum, `default` last. */
export function powersOn(rules: EndpointRules, people: readonly Signer[]): ModulePower[] {
  const keys = keysOf(people)
  const lines = rules.requirements.flatMap(({ moduleId, minimumWeight }): ModulePower[] => {
    const module = rules.modules.find(({ id }) => id === moduleId)
    if (!module) return []
    const held = keys.map((key) => ({
      id: key[0]?.investigatorId ?? '',
      weights: [weigh(rules, key, moduleId)],
    }))
    const problem =
      requirementFor(rules, module.name).kind === 'ambiguous'
        ? 'ambiguous'
        : minimumWeight < 1
          ? 'below-one'
          : reachOf(rules, people, moduleId) < minimumWeight
            ? 'unreachable'
            : null
    const found = problem ? { sets: [], leftOut: 0 } : minimalSets({ missing: [minimumWeight], people: held })
    return [{ module: module.name, moduleId, minimum: minimumWeight, ...found, problem }]
  })
  const isLast = (line: ModulePower) => Number(line.module === DEFAULT_MODULE)
  return lines.sort((a, b) => isLast(a) - isLast(b) || a.module.localeCompare(b.module))
}
