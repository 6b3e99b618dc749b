import { describe, expect, test } from 'vitest'
import { readSpoolName, SPOOL_STATES, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { actionIdOf, fileAge, missingState, nameMoment, oldestWritten, stateHealth } from './health'

const at = (text: string) => parseRfc3339(`2014-09-15T${text}Z`) as Instant
const NOW = at('12:00:00')
const TIMINGS = { collectorPeriod: 60_000, spoolDeleteAfter: 3_600_000 }
const SEEN = { files: 1, strangers: 0, newest: at('11:59:30'), oldestModified: at('11:59:30') }
const health = (directory: SpoolDirectory, seen: Partial<Parameters<typeof stateHealth>[1]> = {}) =>
  stateHealth(directory, { ...SEEN, ...seen }, TIMINGS, NOW).tone

test('a fresh file is fine where files pass through, and odd where nobody writes', () => {
  expect(SPOOL_STATES.map((directory) => health(directory))).toEqual([
    'waiting',
    'waiting',
    'good',
    'neutral',
    'odd',
    'waiting',
    'waiting',
    'odd',
  ])
})

test('an empty state is nothing to worry about', () => {
  for (const directory of SPOOL_STATES)
    expect(stateHealth(directory, { ...SEEN, files: 0, newest: null, oldestModified: null }, TIMINGS, NOW).tone).toBe(
      'neutral',
    )
})

describe('two collector periods', () => {
  test.each([
    ['11:58:01', 'waiting', 'waiting'],
    ['11:57:59', 'attention', 'bad'],
  ])('oldest at %s: new %s, returned %s', (oldest, inNew, returned) => {
    expect(health(['action', 'new'], { oldestModified: at(oldest) })).toBe(inNew)
    expect(health(['command', 'returned'], { oldestModified: at(oldest) })).toBe(returned)
    // Actions and commands under way may be as old as they like.
    expect(health(['action', 'inflight'], { oldestModified: at(oldest) })).toBe('waiting')
    expect(health(['command', 'inflight'], { oldestModified: at(oldest) })).toBe('waiting')
  })
})

test('retention goes by the time of writing, with two periods of grace', () => {
  expect(health(['action', 'done'], { oldestModified: at('10:58:01') })).toBe('good')
  expect(health(['action', 'done'], { oldestModified: at('10:57:59') })).toBe('bad')
  expect(health(['action', 'invalid'], { oldestModified: at('10:57:59') })).toBe('bad')
})

test('an age that is not known is none', () => {
  const words = SPOOL_STATES.map(
    (directory) => stateHealth(directory, { ...SEEN, oldestModified: null }, TIMINGS, NOW).word,
  )
  const unknown = 'age not known'
  expect(words).toEqual([unknown, 'under way', unknown, unknown, 'leftovers', 'under way', unknown, 'leftovers'])
  expect(health(['command', 'returned'], { files: 0, oldestModified: null })).toBe('neutral')
})

test('the oldest file is the older of what a look and the scan tell, as old as it was then', () => {
  const scan = (oldest: string, sinceScan: number) => ({ oldest: at(oldest), sinceScan })
  expect(oldestWritten(at('11:00:00'), scan('10:00:00', 60_000))).toBe(at('10:01:00'))
  expect(oldestWritten(at('11:00:00'), scan('10:59:30', 60_000))).toBe(at('11:00:00'))
  expect(oldestWritten(at('11:00:00'), { oldest: null, sinceScan: 0 })).toBe(at('11:00:00'))
  expect(oldestWritten(at('11:00:00'), null)).toBe(at('11:00:00'))
  expect(oldestWritten(null, scan('10:00:00', 0))).toBe(at('10:00:00'))
  expect(oldestWritten(null, null)).toBeNull()
})

test('strangers and clocks ahead are pointed at', () => {
  expect(health(['action', 'inflight'], { strangers: 1 })).toBe('attention')
  expect(health(['action', 'done'], { files: 0, strangers: 1 })).toBe('attention')
  expect(health(['action', 'new'], { newest: at('12:05:01') })).toBe('odd')
  expect(health(['action', 'new'], { newest: at('12:04:59') })).toBe('waiting')
})

test('a missing directory matters only where the scheduler makes it', () => {
  expect(
    SPOOL_STATES.filter((directory) => missingState(directory).tone === 'bad').map(([k, s]) => `${k}/${s}`),
  ).toEqual(['action/new', 'action/inflight', 'action/done', 'action/invalid', 'command/inflight', 'command/returned'])
})

test('the moment that a name carries', () => {
  const moment = (kind: 'action' | 'command', state: SpoolDirectory[1], name: string) =>
    nameMoment(readSpoolName(kind, state, name))
  expect(moment('action', 'done', '6059408362783470592.json')).toBe('2014-09-15T21:19:09Z')
  expect(moment('action', 'invalid', '6059408362783470592.json')).toBe('2014-09-15T21:19:09Z')
  expect(moment('action', 'invalid', '1795337193590190618.json')).toBe('2026-11-22T08:46:33.590190618Z')
  expect(moment('command', 'inflight', '6059408362783470592-6059408369206590464.json')).toBe('2014-09-15T21:19:10Z')
  expect(moment('command', 'returned', '6059408369206590464')).toBe('2014-09-15T21:19:10Z')
  expect(moment('action', 'new', 'future-dropped.json')).toBeNull()
  expect(moment('action', 'done', '17.json')).toBeNull()
})

test('a number in action/invalid is an id when an action has it, or when it is no moment', () => {
  const id = (name: string, known: boolean) => actionIdOf(readSpoolName('action', 'invalid', name), () => known)
  expect(id('6059408362783470592.json', false)).toBe('6059408362783470592')
  expect(id('1795337193590190618.json', false)).toBeNull()
  expect(id('1424352952000000000.json', true)).toBe('1424352952000000000')
  expect(id('stranger', true)).toBeNull()
})

describe('one file', () => {
  const age = (directory: SpoolDirectory, file: Partial<Parameters<typeof fileAge>[1]>) =>
    fileAge(directory, { modified: at('11:59:59'), expireAfter: null, validFrom: null, ...file }, TIMINGS, NOW)?.tone ??
    null

  test.each<[SpoolDirectory, Partial<Parameters<typeof fileAge>[1]>, string | null]>([
    [['command', 'returned'], {}, null],
    [['command', 'returned'], { modified: at('11:57:59') }, 'bad'],
    [['command', 'inflight'], { modified: at('01:00:00'), expireAfter: at('13:00:00') }, null],
    [['command', 'inflight'], { expireAfter: at('11:58:01') }, null],
    [['command', 'inflight'], { expireAfter: at('11:57:59') }, 'bad'],
    [['action', 'inflight'], { expireAfter: at('11:57:59') }, 'bad'],
    [['action', 'new'], { validFrom: at('12:10:00'), modified: at('01:00:00') }, 'waiting'],
    [['action', 'new'], { modified: at('11:57:59') }, 'attention'],
    [['action', 'done'], { expireAfter: at('01:00:00') }, null],
    [['action', 'done'], { modified: at('10:57:59') }, 'bad'],
    [['action', 'invalid'], { modified: at('10:57:59') }, 'bad'],
    [['command', 'done'], { modified: at('01:00:00') }, null],
  ])('%j %j: %s', (directory, file, tone) => {
    expect(age(directory, file)).toBe(tone)
  })
})
