import { describe, expect, it } from 'vitest'
import { counterDifferences } from './counters'

const counters = { sent: 3, returned: 3, done: 2, cancelled: 0, failed: 1, timeout: 0 }

describe('counterDifferences', () => {
  it('is silent when the counters agree with the commands', () => {
    expect(
      counterDifferences({
        counters,
        counted: [
          { status: 'done', count: 2 },
          { status: 'failed', count: 1 },
        ],
      }),
    ).toEqual([])
  })

  it('counts the words of all vintages together', () => {
    expect(
      counterDifferences({
        counters: { ...counters, cancelled: 1, sent: 4, returned: 4 },
        counted: [
          { status: 'success', count: 1 },
          { status: 'succeeded', count: 1 },
          { status: 'failed', count: 1 },
          { status: 'expired', count: 1 },
        ],
      }),
    ).toEqual([])
  })

  it('names a late answer that was counted twice', () => {
    const late = { sent: 1, returned: 2, done: 0, cancelled: 1, failed: 1, timeout: 0 }
    expect(counterDifferences({ counters: late, counted: [{ status: 'failed', count: 1 }] })).toEqual([
      '1 cancelled stored, 0 counted.',
    ])
  })

  it('names lost commands and sums that do not add up', () => {
    expect(
      counterDifferences({ counters: { ...counters, returned: 5 }, counted: [{ status: 'done', count: 2 }] }),
    ).toEqual(['3 sent stored, 2 counted.', '1 failed stored, 0 counted.', '5 returned stored, its parts add up to 3.'])
  })

  it('has nothing to compare where the vintage keeps no counters', () => {
    const none = { sent: null, returned: null, done: null, cancelled: null, failed: null, timeout: null }
    expect(counterDifferences({ counters: none, counted: [{ status: 'done', count: 2 }] })).toEqual([])
  })
})
