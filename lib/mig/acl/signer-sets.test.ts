import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BestHelp, type Lack, MOST_KINDS, minimalSets, type SignerSet, setsOf } from './signer-sets'

const weight = fc.constantFrom(-2, -1, 0, 0, 1, 1, 2, 3)
const lack: fc.Arbitrary<Lack> = fc.integer({ min: 1, max: 3 }).chain((modules) =>
  fc.record({
    missing: fc.array(fc.integer({ min: -2, max: 5 }), { minLength: modules, maxLength: modules }),
    people: fc
      .array(fc.array(weight, { minLength: modules, maxLength: modules }), { maxLength: 7 })
      .map((rows) => rows.map((weights, i) => ({ id: `p${i}`, weights }))),
  }),
)

const accepts = ({ missing, people }: Lack, ids: string[]) =>
  missing.every(
    (need, k) =>
      people.filter(({ id }) => ids.includes(id)).reduce((sum, { weights }) => sum + (weights[k] ?? 0), 0) >= need,
  )

function subsets(ids: string[], most: number): string[][] {
  const all: string[][] = [[]]
  for (const id of ids) for (const set of all.filter((one) => one.length < most)) all.push(set.concat(id))
  return all
}

function expand(set: SignerSet): string[][] {
  return set.reduce<string[][]>(
    (all, { count, of }) =>
      all.flatMap((before) =>
        subsets(of, count)
          .filter((some) => some.length === count)
          .map((some) => before.concat(some)),
      ),
    [[]],
  )
}

test('the minimal sets are those that trying everybody finds', () => {
  let many = 0
  fc.assert(
    fc.property(lack, (one) => {
      const ids = one.people.map(({ id }) => id)
      const accepted = subsets(ids, 3).filter((set) => accepts(one, set))
      const wanted = accepted.filter(
        (set) => !accepted.some((other) => other.length < set.length && other.every((id) => set.includes(id))),
      )
      const { sets: found, leftOut } = minimalSets(one)
      expect(leftOut).toBe(0)
      const key = (set: string[]) => [...set].sort().join(' ')
      expect(found.flatMap(expand).map(key).sort()).toEqual(
        wanted
          .filter((set) => set.length > 0)
          .map(key)
          .sort(),
      )
      expect(found.reduce((sum, set) => sum + setsOf(set), 0)).toBe(found.flatMap(expand).length)
      if (found.length > 2) many++
    }),
    { numRuns: 500 },
  )
  expect(many).toBeGreaterThan(5)
})

test('of very many different weights those that bring the most are tried, and how many people are not is said', () => {
  const weights = Array.from({ length: 300 }, (_, i) => [1 + (i % 20), 1 + Math.floor(i / 20)])
  const one = { missing: [20, 15], people: weights.map((w, i) => ({ id: `p${i}`, weights: w })) }
  const { sets, leftOut } = minimalSets(one)
  expect(leftOut).toBe(300 - MOST_KINDS)
  // Only the last person weighs 20 and 15.
  expect(sets[0]).toEqual([{ count: 1, of: ['p299'] }])
  expect(sets.length).toBeGreaterThan(1)
  for (const set of sets.flatMap(expand)) expect(accepts(one, set)).toBe(true)
})

test('the best single and the best pair are those that counting endpoint by endpoint finds', () => {
  let helped = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(lack, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6 }), (groups) => {
      const help = new BestHelp()
      for (const [one, endpoints] of groups) help.add(one, endpoints)
      const ids = [...new Set(groups.flatMap(([one]) => one.people.map(({ id }) => id)))]
      const on = (some: string[]) => groups.reduce((sum, [one, n]) => sum + (accepts(one, some) ? n : 0), 0)
      const greatest = (sizes: number) =>
        Math.max(
          0,
          ...subsets(ids, sizes)
            .filter((s) => s.length === sizes)
            .map(on),
        )
      // Only endpoints that refuse as they stand are added.
      fc.pre(groups.every(([one]) => !accepts(one, [])))
      const { singles, pairs } = help.best(5)
      expect(singles[0]?.endpoints ?? 0).toBe(greatest(1))
      expect(pairs[0]?.endpoints ?? 0).toBe(greatest(2))
      for (const { people, endpoints } of [...singles, ...pairs]) expect(endpoints).toBe(on(people))
      if (greatest(2) > greatest(1)) helped++
    }),
    { numRuns: 500 },
  )
  expect(helped).toBeGreaterThan(5)
})
