import { expect, test, vi } from 'vitest'
import { compareOffline } from './offline-queries'
import { recentComparison } from './recent'
import { offlineList } from './search-params'

vi.mock('./offline-queries', () => ({ compareOffline: vi.fn() }))

const compare = vi.mocked(compareOffline)

function compared() {
  const parsed = offlineList.parse({})
  if (!parsed.ok) throw new Error(parsed.problem)
  return recentComparison({} as never, parsed.params, '2026-01-01T00:00:00Z' as never)
}

test('a comparison that does not come to its end is none, and is not tried again by whoever looks next', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  compare.mockImplementation(async () => {
    vi.advanceTimersByTime(60_000)
    throw Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
  })
  expect(await compared()).toBeNull()
  expect(await compared()).toBeNull()
  vi.advanceTimersByTime(200_000)
  expect(await compared()).toBeNull()
  expect(compare).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100_000)
  compare.mockRejectedValue(new Error('something else'))
  await expect(compared()).rejects.toThrow('something else')
  vi.useRealTimers()
})
