import { expect, test, vi } from 'vitest'
import { settledAnswers } from './settled'

test('what took long is kept where the action is completed, and asked anew of any other', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const settled = settledAnswers<number>()
  let n = 0
  const asked = (id: string, status: string | null, took = 500) =>
    settled({ id: id as never, status }, { page: 1 }, async () => {
      vi.advanceTimersByTime(took)
      n += 1
      return n
    })
  expect(await asked('1', 'completed')).toBe(1)
  expect(await asked('1', 'completed')).toBe(1)
  expect(await asked('2', 'completed')).toBe(2)
  expect(await asked('1', 'inflight')).toBe(3)
  expect(await asked('1', 'inflight')).toBe(4)
  expect(await asked('3', null)).toBe(5)
  expect(await asked('3', null)).toBe(6)
  vi.advanceTimersByTime(60_000)
  expect(await asked('1', 'completed', 50)).toBe(7)
  expect(await asked('1', 'completed', 50)).toBe(8)
  vi.useRealTimers()
})
