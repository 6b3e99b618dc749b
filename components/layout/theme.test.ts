import { expect, test } from 'vitest'
import { themeFrom } from './theme'

test.each([
  ['light', 'light'],
  ['dark', 'dark'],
  ['system', 'system'],
  [undefined, 'system'],
  ['dark" onload="x', 'system'],
])('cookie %j is the theme %s', (cookie, theme) => {
  expect(themeFrom(cookie)).toBe(theme)
})
