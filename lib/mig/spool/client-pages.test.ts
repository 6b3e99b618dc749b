import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { emptySpoolForEachTest, list, namesOf, open } from '@/lib/testing/spool-client'
import { momentOf } from './worker-names.mjs'

emptySpoolForEachTest()

describe('a state with 20,000 files', () => {
  const big = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-big-'))
  const names: string[] = []
  fs.mkdirSync(path.join(big, 'action/new'), { recursive: true })
  for (let i = 0; i < 20_000; i++) {
    // Spread over lengths and first characters, so that the order of the bytes is not that of the numbers.
    const name = `${(i * 7919) % 100_003}${i % 3 === 0 ? 'Ab' : ''}.json`
    names.push(name)
    fs.closeSync(fs.openSync(path.join(big, 'action/new', name), 'w'))
  }
  const sorted = [...new Set(names)].sort()
  afterAll(() => fs.rmSync(big, { recursive: true }))

  test('keyset pages forwards and backwards are the sorted directory', async () => {
    const client = open({ root: big })
    const forwards: string[] = []
    for (let after: string | undefined; ; ) {
      const answer = await list(client, { size: 3000, after })
      if (!answer.ok) throw new Error(answer.sentence)
      expect(answer.value).toMatchObject({ total: sorted.length, matching: sorted.length, preceding: forwards.length })
      if (answer.value.rows.length === 0) break
      forwards.push(...answer.value.rows.map((row) => row.name))
      after = forwards.at(-1)
    }
    expect(forwards).toEqual(sorted)

    const backwards: string[] = []
    for (let before: string | undefined = '\u00ff'; ; ) {
      const answer = await list(client, { size: 3000, before })
      if (!answer.ok) throw new Error(answer.sentence)
      const page = answer.value.rows.map((row) => row.name)
      expect(answer.value.preceding).toBe(sorted.length - backwards.length - page.length)
      if (page.length === 0) break
      backwards.unshift(...page)
      before = backwards[0]
    }
    expect(backwards).toEqual(sorted)
  }, 30_000)

  test('pages by the moment in the names, both ways, with the names that carry none last', async () => {
    for (const descending of [false, true]) {
      const sign = descending ? -1 : 1
      const expected = [...sorted].sort((a, b) => {
        const [x, y] = [a, b].map((name) => momentOf('action', 'new', name) ?? sign * Infinity) as [number, number]
        return sign * (x < y ? -1 : x > y ? 1 : a < b ? -1 : 1)
      })
      const client = open({ root: big })
      const seen: string[] = []
      let place: object = {}
      for (;;) {
        const answer = await list(client, { size: 3000, order: 'moment', descending, ...place })
        if (!answer.ok) throw new Error(answer.sentence)
        expect(answer.value).toMatchObject({ matching: sorted.length, preceding: seen.length })
        if (answer.value.rows.length === 0) break
        seen.push(...answer.value.rows.map((row) => row.name))
        const last = answer.value.rows.at(-1)
        place = { after: last?.name, afterKey: last?.key ?? sign * Infinity }
      }
      expect(seen).toEqual(expected)
    }
  }, 30_000)

  test('an unchanged directory is answered from what was read, and a change is seen at once', async () => {
    const client = open({ root: big })
    fs.utimesSync(path.join(big, 'action/new'), new Date(2020, 1), new Date(2020, 1))
    const first = await list(client)
    const again = await list(client)
    expect(again).toEqual(first)
    const last = first.ok ? first.value.rows.at(-1)?.name : undefined
    expect(await namesOf(client, { after: last })).toEqual(sorted.slice(50, 100))
    expect(await namesOf(client, { before: sorted[60] })).toEqual(sorted.slice(10, 60))
    const added = path.join(big, 'action/new', '0-first')
    fs.writeFileSync(added, '')
    expect((await namesOf(client))[0]).toBe('0-first')
    fs.unlinkSync(added)
    expect(await namesOf(client)).toEqual(sorted.slice(0, 50))
  })

  test('a page from the middle, and a filter without regard to case', async () => {
    const client = open({ root: big })
    const middle = sorted[10_000] as string
    expect(await namesOf(client, { after: middle })).toEqual(sorted.slice(10_001, 10_051))
    expect(await namesOf(client, { before: middle, size: 7 })).toEqual(sorted.slice(9_993, 10_000))
    const filtered = sorted.filter((name) => name.includes('99Ab'))
    const answer = await list(client, { match: { contains: '99aB' } })
    expect(answer).toMatchObject({ ok: true, value: { total: sorted.length, matching: filtered.length } })
    expect(await namesOf(client, { match: { contains: '99aB' } })).toEqual(filtered.slice(0, 50))
    expect(filtered.length).toBeGreaterThan(50)
  })
})
