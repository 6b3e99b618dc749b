import { describe, expect, test } from 'vitest'
import { parseId } from '@/lib/mig/wire/id'
import { type CommandView, commandHref, readCommandView } from './view-params'

const id = parseId('6059408369206589440')
if (!id) throw new Error('no id')
const rawOf = (href: string) => Object.fromEntries(new URL(href, 'http://site').searchParams)

describe('readCommandView', () => {
  test('reads what commandHref wrote', () => {
    const views: Partial<CommandView>[] = [
      {},
      { view: 'stored' },
      { view: 'stored', part: [0, 12, 3], from: 200 },
      { view: 'stored', find: '<img src="x"> & ☃' },
      { entry: 0, row: 200 },
    ]
    for (const view of views)
      expect(readCommandView(rawOf(commandHref(id, view)))).toEqual({
        ok: true,
        view: { view: 'modules', part: [], from: 0, find: '', entry: null, row: 0, ...view },
      })
    expect(commandHref(id)).toBe('/commands/6059408369206589440')
  })

  test('what cannot be understood is a sentence', () => {
    for (const raw of [
      { view: 'raw' },
      { part: '0..1' },
      { part: '-1' },
      { part: '$.a' },
      { from: 'x' },
      { entry: '1e3' },
      { row: '999999999' },
      { find: 'x'.repeat(201) },
    ])
      expect(readCommandView(raw), JSON.stringify(raw)).toMatchObject({ ok: false, problem: expect.any(String) })
  })

  test('of a repeated parameter the first counts, an empty one is none', () => {
    expect(readCommandView({ part: ['1', 'x'], find: '', view: '' })).toMatchObject({
      ok: true,
      view: { part: [1], view: 'modules' },
    })
  })
})
