import { expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { EffectSum } from './effects'

const WEB = '10' as MigId
const DB = '20' as MigId
const ids = (...numbers: number[]) => numbers.map((n) => String(n) as MigId)
const touched = (...entries: [MigId, number[]][]) =>
  new Map(entries.map(([id, modules]) => [id, new Set(ids(...modules))]))
const asked = (count: number, fallback: number | null = null) => ({
  modules: ids(...Array.from({ length: count }, (_, n) => n)).map((id) => ({ id })),
  fallback: fallback === null ? null : (String(fallback) as MigId),
})
const flags = (web: string, db = '') => new Map([WEB, DB].map((id, n) => [id, [web, db][n] ?? '']))

test('only touched modules count, whatever happened to others meanwhile', () => {
  const sum = new EffectSum()
  sum.add(touched([WEB, [1]]), asked(3), flags('770'), flags('047'))
  expect(sum.effects([])).toEqual({
    endpoints: 1,
    pairs: 1,
    anyone: { gained: 0, lost: 1 },
    alone: { gained: 0, lost: 1 },
    editor: { gained: 0, lost: 0 },
    samples: [],
  })
})

test('default reaches the modules that have or had no minimum of their own, and itself', () => {
  const sum = new EffectSum()
  // At 0 stands default; 1 has its own minimum; 2 has none; 3 had one and lost it in the batch.
  sum.add(touched([WEB, [0, 3]]), asked(4, 0), flags('7793'), flags('0089'))
  const { pairs, anyone, alone } = sum.effects([])
  expect(pairs).toBe(3)
  expect(anyone).toEqual({ gained: 0, lost: 2 })
  expect(alone).toEqual({ gained: 0, lost: 2 })
})

test('chunks add up, and what is lost by anyone comes first', () => {
  const sum = new EffectSum()
  sum.add(touched([WEB, [0]]), asked(1), flags('0'), flags('7'))
  sum.add(touched([DB, [0]]), asked(1), flags('', '1'), flags('', '0'))
  expect(sum.effects([])).toMatchObject({ endpoints: 2, pairs: 2, anyone: { gained: 1, lost: 1 } })
  expect(sum.samples().map(({ agent, what, gained }) => [agent, what, gained])).toEqual([
    [DB, 'anyone', false],
    [WEB, 'anyone', true],
    [WEB, 'alone', true],
    [WEB, 'editor', true],
  ])
})

test('at most 50 samples', () => {
  const sum = new EffectSum()
  for (let n = 0; n < 80; n++) {
    const id = String(n) as MigId
    sum.add(touched([id, [0]]), asked(1), new Map([[id, '7']]), new Map([[id, n < 60 ? '7' : '0']]))
  }
  expect(sum.samples()).toHaveLength(50)
  expect(sum.samples().filter((s) => s.what === 'anyone')).toHaveLength(20)
  expect(sum.effects([]).endpoints).toBe(80)
})
