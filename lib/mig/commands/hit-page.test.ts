import { describe, expect, it } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { type ActionHit, hitKey, pageOfHits, sortHits } from './hit-page'
import { hitList } from './search-params'

const hits: ActionHit[] = Array.from({ length: 137 }, (_, i) => {
  const hit = { path: `/etc/${(i * 7919) % 50}`, check: `s${i}`, method: 'regex', value: 'evil', count: null }
  return { ...hit, key: hitKey(0, hit), module: 'filechecker', agents: (i * 31) % 9, answers: ['1' as MigId] }
})

function params(raw: Record<string, string>) {
  const parsed = hitList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

describe('pageOfHits', () => {
  it.each(['count', '-count', 'path', '-path'])('walks all hits once, forth and back, sorted by %s', (sort) => {
    const wanted = sortHits(hits, params({ sort })).map((hit) => hit.key)
    const forth: string[] = []
    let page = pageOfHits(hits, params({ sort, size: '25' }))
    expect(page.previous).toBeNull()
    for (;;) {
      forth.push(...page.rows.map((hit) => hit.key))
      if (!page.next) break
      page = pageOfHits(hits, { ...params({ sort, size: '25' }), after: page.next })
    }
    expect(forth).toEqual(wanted)
    const back: string[] = [...page.rows.map((hit) => hit.key)]
    while (page.previous) {
      page = pageOfHits(hits, { ...params({ sort, size: '25' }), before: page.previous })
      back.unshift(...page.rows.map((hit) => hit.key))
    }
    expect(back).toEqual(wanted)
  })

  it('refuses a place of another list, and is empty beyond the end', () => {
    expect(() => pageOfHits(hits, { ...params({}), after: { key: 'x', id: 'y' } })).toThrow('start again')
    expect(pageOfHits(hits, { ...params({}), after: { key: '999', id: 'f' } }).rows).toEqual([])
    expect(pageOfHits([], params({})).rows).toEqual([])
  })

  it('names a hit by what it is, not by how often it was found there', () => {
    const hit = { path: '/x', check: 'a', method: 'md5', value: 'F0', count: '1' }
    expect(hitKey(0, hit)).toBe(hitKey(0, { ...hit, count: '9' }))
    expect(hitKey(0, hit)).not.toBe(hitKey(1, hit))
    expect(hitKey(0, { ...hit, path: 'a', check: '/x' })).not.toBe(hitKey(0, hit))
  })
})
