/** What an endpoint lacks and who could bring it: per module that is checked, and per person as many weights. */
export type Lack = {
  /** What is missing per module; 0 or less where the signers reach the minimum already. */
  missing: readonly number[]
  people: readonly { id: string; weights: readonly number[] }[]
}

/** So many of these people, any of them: they weigh the same. */
export type Choice = { count: number; of: string[] }

/** Further signers that make an endpoint accept, of whom none can be left out. */
export type SignerSet = Choice[]

/** The sets that were found, and how many people were not looked at for being too many of too different weights. */
export type FoundSets = { sets: SignerSet[]; leftOut: number }

/** The greatest number of further signers that is looked at. */
export const MOST_FURTHER = 3

/** So many different weights are tried with each other: the work grows with their third power. */
export const MOST_KINDS = 32

type Kind = { weights: readonly number[]; of: string[] }

/** The kinds that bring the most of what is missing. */
function mostHelpful(kinds: readonly Kind[], missing: readonly number[]): Kind[] {
  if (kinds.length <= MOST_KINDS) return [...kinds]
  const brings = ({ weights }: Kind) =>
    missing.reduce((sum, lack, k) => sum + Math.max(0, Math.min(weights[k] ?? 0, lack)), 0)
  return kinds
    .map((kind) => ({ kind, brought: brings(kind) }))
    .sort((a, b) => b.brought - a.brought)
    .slice(0, MOST_KINDS)
    .map(({ kind }) => kind)
}

/**
 * All minimal sets of at most three further signers that make an endpoint accept, the smallest first. People who weigh the
 * same stand for each other, so that each set names a choice among them. Weights below 0 can make a larger set refuse. Where
 * there are more than `MOST_KINDS` different weights, the sets are those among the people who bring the most.
 */
export function minimalSets({ missing, people }: Lack): FoundSets {
  const kinds = new Map<string, Kind>()
  for (const { id, weights } of people) {
    // Who brings nothing anywhere is in no minimal set.
    if (!weights.some((weight) => weight > 0)) continue
    const key = weights.join(' ')
    const kind = kinds.get(key)
    if (kind) kind.of.push(id)
    else kinds.set(key, { weights, of: [id] })
  }
  const all = mostHelpful([...kinds.values()], missing)
  const accepts = (members: readonly number[]) =>
    missing.every((lack, k) => members.reduce((sum, kind) => sum + (all[kind]?.weights[k] ?? 0), 0) >= lack)
  // Refused as it stands: else nobody further is needed.
  if (accepts([])) return { sets: [], leftOut: 0 }
  const found: number[][] = []
  const look = (members: number[]) => {
    const from = members.at(-1) ?? 0
    for (let kind = from; kind < all.length; kind++) {
      const next = [...members, kind]
      if (next.filter((one) => one === kind).length > (all[kind]?.of.length ?? 0)) continue
      if (accepts(next)) found.push(next)
      if (next.length < MOST_FURTHER) look(next)
    }
  }
  look([])
  const isMinimal = (members: number[]) => parts(members).every((part) => !accepts(part))
  const sets = found
    .filter(isMinimal)
    .sort((a, b) => a.length - b.length)
    .map((members) =>
      [...new Set(members)].map((kind) => ({
        count: members.filter((one) => one === kind).length,
        of: all[kind]?.of ?? [],
      })),
    )
  const peopleOf = (some: Iterable<Kind>) => [...some].reduce((sum, { of }) => sum + of.length, 0)
  return { sets, leftOut: peopleOf(kinds.values()) - peopleOf(all) }
}

/** The proper parts of a set of at most three. */
function parts(members: readonly number[]): number[][] {
  const without = (i: number) => members.filter((_, j) => j !== i)
  const smaller = members.map((_, i) => without(i))
  return members.length < 3 ? smaller : [...smaller, ...members.map((one) => [one])]
}

/** How many sets of people a set of choices stands for. */
export function setsOf(set: SignerSet): number {
  return set.reduce((product, { count, of }) => product * choose(of.length, count), 1)
}

function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1)
  return ways
}

export type Help = { people: string[]; endpoints: number }

/** On how many endpoints one further signer, or two, would be enough: kept up group by group. */
export class BestHelp {
  private readonly alone = new Map<string, number>()
  // What a pair does on endpoints where both weigh something, beyond the sum of what each does alone.
  private readonly together = new Map<string, number>()

  /** Adds a group of so many endpoints. */
  add({ missing, people }: Lack, endpoints: number): void {
    const enough = (a: readonly number[], b?: readonly number[]) =>
      missing.every((lack, k) => (a[k] ?? 0) + (b?.[k] ?? 0) >= lack)
    const helps = people.map(({ weights }) => enough(weights))
    people.forEach(({ id, weights }, i) => {
      bump(this.alone, id, helps[i] ? endpoints : 0)
      for (let j = i + 1; j < people.length; j++) {
        const other = people[j] as (typeof people)[number]
        const beyond = Number(enough(weights, other.weights)) - Number(helps[i]) - Number(helps[j])
        if (beyond !== 0) bump(this.together, pairOf(id, other.id), beyond * endpoints)
      }
    })
  }

  /** The people who help on the most endpoints, and the pairs; those that help nowhere are left out. */
  best(most: number): { singles: Help[]; pairs: Help[] } {
    const people = [...this.alone]
    const singles = people.map(([id, endpoints]) => ({ people: [id], endpoints }))
    const pairs: Help[] = []
    people.forEach(([a, ofA], i) => {
      for (const [b, ofB] of people.slice(i + 1)) {
        const endpoints = ofA + ofB + (this.together.get(pairOf(a, b)) ?? 0)
        if (endpoints > 0) pairs.push({ people: [a, b], endpoints })
      }
    })
    const greatest = (list: Help[]) =>
      list
        .filter(({ endpoints }) => endpoints > 0)
        .sort((a, b) => b.endpoints - a.endpoints)
        .slice(0, most)
    return { singles: greatest(singles), pairs: greatest(pairs) }
  }
}

const pairOf = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`)

function bump(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
