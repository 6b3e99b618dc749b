import { describe, expect, test } from 'vitest'
import { inRequest } from '@/lib/testing/request-scope'
import { neededPosition } from './written'

describe('up to where a request has to see', () => {
  test.each([
    ['nothing was written by this browser', {}, 0n],
    ['this browser has written', { cookie: 'mig-written=16/B374D848' }, 0x16b374d848n],
    ['the mark is none', { cookie: 'mig-written=%00' }, 0n],
    ['the request may write', { cookie: 'mig-written=16/B374D848', 'x-mig-write': '1' }, null],
  ])('%s', async (_, headers, position) => {
    expect(await inRequest(neededPosition, { headers })).toBe(position)
  })

  test('outside of requests everything', async () => {
    expect(await neededPosition()).toBeNull()
  })

  test('what Next throws to say that a page cannot be made beforehand reaches Next', async () => {
    await expect(inRequest(neededPosition, { type: 'prerender-legacy' })).rejects.toMatchObject({
      digest: 'DYNAMIC_SERVER_USAGE',
    })
  })
})
