import { describe, expect, it } from 'vitest'
import { bucketLabel, DURATION_BOUNDS, histogramOf } from './histogram'

const of = (...durations: [status: string, bucket: number, count: number][]) =>
  histogramOf({ durations: durations.map(([status, bucket, count]) => ({ status, bucket, count })) })

describe('histogramOf', () => {
  it('has a bar for each bucket between the shortest and the longest, and series for what there is', () => {
    const histogram = of(['done', 2, 3], ['success', 2, 1], ['failed', 4, 1])
    expect(histogram?.series.map(({ key }) => key)).toEqual(['done', 'failed'])
    expect(histogram?.points).toEqual([
      { label: '1 s – 2 s', values: { done: 4, failed: 0 } },
      { label: '2 s – 5 s', values: { done: 0, failed: 0 } },
      { label: '5 s – 10 s', values: { done: 0, failed: 1 } },
    ])
    expect(histogram?.answer).toMatch(/^Of 5 answers the middle one took 1 s – 2 s; most took 1 s – 2 s \(80 %\)\./)
  })

  it('does not take what was given up for an answer, nor what is still out for anything', () => {
    expect(of(['cancelled', 8, 2], ['done', 3, 1])?.answer).toMatch(
      /^The one answer took 2 s – 5 s\. 2 commands were given up at expiry\./,
    )
    expect(of(['expired', 8, 1])?.answer).toMatch(/^1 command was given up at expiry\./)
    expect(of(['sent', 3, 7], ['dancing', 3, 1])).toBeNull()
    expect(of()).toBeNull()
  })

  it('names the ends', () => {
    expect(bucketLabel(0)).toBe('below 0')
    expect(bucketLabel(1)).toBe('under 1 s')
    expect(bucketLabel(DURATION_BOUNDS.length)).toBe('over 7 d')
  })
})
