import { describe, expect, it } from 'vitest'
import { choiceFilter, defineList, idFilter, modeFilter, momentFilter, spanFilter, textFilter } from './list-params'
import { printCursor } from './page'

const list = defineList({
  path: '/things',
  filters: {
    name: textFilter('Name'),
    status: choiceFilter('Status', ['sent', 'done']),
    by: modeFilter('By', ['name', 'endpoint'], 'name'),
    silent: spanFilter('Silent for', 300_000),
    from: momentFilter('From'),
    id: idFilter('Id'),
  },
  sorts: ['start', 'name'],
  defaultSort: '-start',
})

function parsed(raw: Record<string, string | string[]>) {
  const result = list.parse(raw)
  if (!result.ok) throw new Error(result.problem)
  return result.params
}

describe('a list of URL parameters', () => {
  it('has defaults when nothing is given', () => {
    const params = parsed({})
    expect(params.filters).toEqual({ by: 'name', silent: 300_000 })
    expect(params).toMatchObject({ sort: { key: 'start', descending: true }, size: 50, columns: null, given: {} })
    expect(list.href(params)).toBe('/things')
  })

  it('has pages of 1,000 rows only where it says so', () => {
    expect(parsed({ size: '1000' })).toMatchObject({ size: 50 })
    const long = defineList({ path: '/things', filters: {}, sorts: ['name'], defaultSort: 'name', most: 1000 })
    expect(long.parse({ size: '1000' })).toMatchObject({ params: { size: 1000 } })
    expect(long.sizes).toEqual([25, 50, 100, 200, 1000])
  })

  it('falls back for an unknown sort or size, and refuses unknown or malformed filters', () => {
    expect(parsed({ sort: 'password', size: '1000000' })).toMatchObject({ sort: { key: 'start' }, size: 50 })
    expect(parsed({ sort: 'name', size: '100' })).toMatchObject({ sort: { key: 'name', descending: false }, size: 100 })
    for (const bad of [
      { colour: 'red' },
      { status: 'gone' },
      { silent: 'soon' },
      { silent: '-5m' },
      { from: 'yesterday' },
      { id: '12x' },
      { name: 'a\0b' },
      { name: 'x'.repeat(301) },
      { after: 'nonsense' },
      { constructor: '1' },
    ]) {
      const result = list.parse(bad)
      expect(result.ok, JSON.stringify(bad)).toBe(false)
      if (!result.ok) expect(result.problem).toMatch(/^.+[.]$/)
    }
  })

  it('takes an empty field as an absent filter, as forms send it', () => {
    expect(parsed({ name: '', status: '' }).given).toEqual({})
  })

  it('reads spans in days and in MIG durations, moments with and without zone', () => {
    expect(parsed({ silent: '30d' }).filters.silent).toBe(30 * 86_400_000)
    expect(parsed({ silent: '1h30m' }).filters.silent).toBe(5_400_000)
    expect(parsed({ from: '2014-09-15T21:18' }).filters.from).toBe('2014-09-15T21:18:00Z')
    expect(parsed({ from: '2014-09-15T23:18:00+02:00' }).filters.from).toBe('2014-09-15T21:18:00Z')
  })

  it('writes an address that reads back the same, and starts over when what is listed changes', () => {
    const cursor = { key: '2014-09-15 21:18:09.235444+00', id: '6059408362783470592' }
    const params = parsed({ status: ['sent', 'done'], name: 'a&b=c', sort: 'name', size: '25', columns: 'name,id' })
    const href = list.href(params, { after: cursor })
    const back = new URL(href, 'http://x').searchParams
    expect(back.getAll('status')).toEqual(['sent', 'done'])
    const again = parsed({
      ...Object.fromEntries(back.entries()),
      status: back.getAll('status'),
    })
    expect(again).toEqual({ ...params, after: cursor })
    expect(list.href(again, { filters: { name: null } })).not.toContain('after=')
    expect(parsed({ after: printCursor(cursor) }).after).toEqual(cursor)
  })
})

it('an address of everything leads past a default view, one with a parameter needs no more', () => {
  const list = defineList({
    path: '/actions',
    filters: { q: textFilter('text') },
    sorts: ['name'],
    defaultSort: 'name',
  })
  expect(list.all).toBe('/actions?view=all')
  for (const view of [undefined, '7', 'all']) {
    const parsed = list.parse({ q: 'a', view })
    if (!parsed.ok) throw new Error(parsed.problem)
    expect(parsed.params.view).toBe(view)
    expect(list.href(parsed.params)).toBe('/actions?q=a')
    expect(list.href(parsed.params, { filters: { q: null } })).toBe(list.all)
    expect(list.href(parsed.params, { filters: { q: null } }, '/actions/export')).toBe('/actions/export')
  }
  const odd = list.parse({ view: 'x' })
  expect(odd.ok && odd.params.view).toBe(undefined)
  expect(defineList({ ...list, path: '/things', defaultSort: 'name' }).all).toBe('/things')
})
