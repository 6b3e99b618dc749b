import { describe, expect, it } from 'vitest'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { type DoubleProcess, doubleHints } from './doubles'

const at = (clock: string) => parseRfc3339(`2014-09-15T${clock}Z`) as Instant
const now = at('12:00:00')
const PERIOD = 300_000
const process = (pid: number, start: string, beat: string, status = 'heartbeating'): DoubleProcess => ({
  pid,
  starttime: at(start),
  heartbeattime: at(beat),
  status,
})

describe('doubleHints', () => {
  it('takes a restart for an echo', () => {
    expect(doubleHints([process(1, '08:00:00', '11:54:00'), process(2, '11:55:00', '11:59:00')], PERIOD, now)).toEqual([
      'echo',
    ])
  })

  it('sees two alive when the older one beats a period after the start of the younger', () => {
    const older = (beat: string) => [process(1, '08:00:00', beat), process(2, '11:50:00', '11:59:00')]
    expect(doubleHints(older('11:55:00'), PERIOD, now)).toEqual(['echo'])
    expect(doubleHints(older('11:55:01'), PERIOD, now)).toEqual(['alive'])
  })

  it('does not take one that was silent for two periods as alive', () => {
    expect(doubleHints([process(1, '08:00:00', '11:49:59'), process(2, '09:00:00', '11:59:00')], PERIOD, now)).toEqual([
      'echo',
    ])
  })

  it('finds two of three', () => {
    const three = [
      process(1, '08:00:00', '11:51:00'),
      process(2, '09:00:00', '11:58:00'),
      process(3, '11:00:00', '11:59:00'),
    ]
    expect(doubleHints(three, PERIOD, now)).toEqual(['alive'])
  })

  it('names a destroyed row, and does not count it as alive', () => {
    const pair = [process(1, '08:00:00', '11:58:00', 'destroyed'), process(2, '09:00:00', '11:59:00')]
    expect(doubleHints(pair, PERIOD, now)).toEqual(['destroyed'])
  })

  it('tells one process in two rows from two processes', () => {
    const pair = [process(7, '08:00:00', '11:58:00'), process(7, '08:00:00', '11:59:00')]
    expect(doubleHints(pair, PERIOD, now)).toEqual(['same-pid'])
    expect(doubleHints([...pair, process(8, '09:00:00', '11:59:30')], PERIOD, now)).toEqual(['alive', 'same-pid'])
  })

  it('does not break on rows without real moments', () => {
    const odd = { pid: 1, starttime: null, heartbeattime: null, status: null }
    expect(doubleHints([odd, process(2, '09:00:00', '11:59:00')], PERIOD, now)).toEqual(['echo'])
  })

  it('tells an upgrade whose old process lives from a double of one version', () => {
    const older = { ...process(1, '08:00:00', '11:58:00'), version: '201408' }
    const younger = { ...process(2, '09:00:00', '11:59:00'), version: '201409' }
    expect(doubleHints([older, younger], PERIOD, now)).toEqual(['upgrade'])
    expect(doubleHints([{ ...older, version: '201409' }, younger], PERIOD, now)).toEqual(['alive'])
    expect(doubleHints([{ ...older, version: '201409', status: 'upgraded' }, younger], PERIOD, now)).toEqual([
      'upgrade',
    ])
  })

  it('says that a kill failed when its action was invalid or the process beat on', () => {
    const killed = process(1, '08:00:00', '11:58:00', 'destroyed')
    const other = process(2, '09:00:00', '11:59:00')
    expect(doubleHints([{ ...killed, destructiontime: at('11:58:00') }, other], PERIOD, now)).toEqual(['destroyed'])
    expect(doubleHints([{ ...killed, destructiontime: at('11:57:59') }, other], PERIOD, now)).toEqual(['kill-failed'])
    expect(doubleHints([killed, other], PERIOD, now, { killInvalid: true })).toEqual(['kill-failed'])
  })

  it('adds a name that is heard elsewhere to what it sees', () => {
    const pair = [process(1, '08:00:00', '11:54:00'), process(2, '11:55:00', '11:59:00')]
    expect(doubleHints(pair, PERIOD, now, { nameElsewhere: true })).toEqual(['same-name', 'echo'])
  })
})
