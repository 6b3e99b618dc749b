import { expect, test } from 'vitest'
import { compare, completed, isMet, type Measured, markdown, type Results } from './report'
import { percentile } from './statistics'

const page = (name: string, p50: number, more: Partial<Measured> = {}): Measured => ({
  name,
  path: '/',
  requests: 200,
  p50,
  p95: p50,
  p99: p50,
  bytes: 1000,
  statements: 3,
  sql: 10,
  cold: null,
  limit: null,
  judged: 'page',
  ...more,
})

const results = (pages: Measured[]): Results => ({
  made: '2026-01-01T00:00',
  machine: { processor: 'one', cores: 2, memory: 4096, system: 'Linux', busy: 0.1, node: 'v20', postgres: '18' },
  size: 'S',
  rows: { agents: 10_000 },
  rounds: [{ settings: 'default settings', pages }],
  beside: [{ what: 'documented offline query', ms: null, remark: 'not ended within a minute' }],
  exports: [],
  scripts: [],
  load: null,
  memory: { idle: null, after: null },
  plans: null,
  queries: [],
  failed: [],
})

test('percentiles are values that were measured, by nearest rank', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i)
  expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 190, 198, 200])
  expect(percentile([], 0.5)).toBeNaN()
})

test('a limit is judged by the page or by its statements', () => {
  expect(isMet(page('a', 80, { limit: 65 }))).toBe(false)
  expect(isMet(page('a', 65, { limit: 65 }))).toBe(true)
  expect(isMet(page('a', 900, { limit: 50, judged: 'sql' }))).toBe(true)
  expect(isMet(page('a', 1))).toBeNull()
})

test('the page of results says what missed its limit and what was given up', () => {
  const text = markdown(results([page('agents', 80, { limit: 65 }), page('health', 80, { limit: 50, judged: 'sql' })]))
  expect(text).toContain('| agents | 80 | 80 | 80 | 200 | 1 kB | 3 | 10 | – | 65 | **no** |')
  expect(text).toContain('| 50 of SQL | yes |')
  expect(text).toContain('| documented offline query | – | not ended within a minute |')
})

test('sequential scans are told, those that nobody declared first of all', () => {
  const scan = (page: string, whole: string | null, how = 'Seq Scan') => ({
    page,
    table: 'agents',
    how,
    rows: 60_000,
    whole,
  })
  const text = (scans: ReturnType<typeof scan>[], offsets: string[] = []) =>
    markdown({ ...results([]), plans: { looked: 7, scans, offsets } })
  const fine = text([scan('a', 'all of it'), scan('b', null, 'Index Scan')])
  expect(fine).toContain('No page reads a growing table from its beginning')
  expect(fine).toContain('None has an OFFSET.')
  expect(fine).toContain('| a | agents | Seq Scan | 60,000 | all of it |')
  const bad = text([scan('a', null), scan('b', 'all of it')], ['c'])
  expect(bad).toContain('from its beginning to its end: a.**')
  expect(bad).toContain('**With an OFFSET: c.**')
})

test('a comparison names what changed by a fifth, and by more than ten milliseconds', () => {
  const before = results([page('a', 100), page('b', 100), page('c', 5), page('d', 100)])
  const after = results([page('a', 130), page('b', 115), page('c', 12), page('d', 70), page('e', 9)])
  expect(compare(before, after)).toEqual([
    'default settings, a: slower, 100 → 130',
    'default settings, d: faster, 100 → 70',
    'default settings, e: new, 9.0',
  ])
  expect(compare(before, before)).toEqual(['No page is slower or faster by a fifth.'])
})

test('what a run leaves out stays as the last one found it', () => {
  const load = {
    people: 50,
    minutes: 5,
    pages: 1,
    perSecond: 1,
    errors: [],
    p50: 1,
    p95: 1,
    p99: 1,
    slowest: [],
    memory: null,
  }
  const before = { ...results([page('a', 100)]), load, memory: { idle: 150, after: 600 } }
  const only = { ...results([]), beside: [{ what: 'save', ms: 1, remark: '' }] }
  const both = completed(before, only)
  expect([both.rounds, both.load, both.memory]).toEqual([before.rounds, load, before.memory])
  expect(both.beside).toEqual([...before.beside, ...only.beside])
  expect(completed(before, results([page('a', 7)])).rounds[0]?.pages[0]?.p50).toBe(7)
  const three = completed(results([page('a', 1, { cold: 9 }), page('b', 2)]), results([page('c', 5), page('a', 4)]))
  expect(three.rounds.map(({ pages }) => pages.map(({ name, p50, cold }) => [name, p50, cold]))).toEqual([
    [
      ['a', 4, 9],
      ['b', 2, null],
      ['c', 5, null],
    ],
  ])
  expect(markdown(three)).toContain('what it left out is of 2026-01-01T00:00')
  expect(markdown(three, ['results-XL.md'])).toContain('[results-XL.md](results-XL.md)')
})
