import { expect, test } from 'vitest'
import { unlessTimeout } from './availability'

test('what PostgreSQL stopped at its time limit is no answer; another failure is thrown', async () => {
  const failing = (code: string) => Promise.reject(Object.assign(new Error(`failed with ${code}`), { code }))
  expect(await unlessTimeout(Promise.resolve(7))).toBe(7)
  expect(await unlessTimeout(failing('57014'))).toBeNull()
  await expect(unlessTimeout(failing('57P01'))).rejects.toThrow('failed with 57P01')
})
