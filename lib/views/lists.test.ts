import { expect, test } from 'vitest'
import { isViewList, viewHref, viewQuery } from './lists'

test('a view keeps filters, sort and columns, and no place in the list', () => {
  expect(viewQuery('?status=invalid&status=done&q=&sort=-name&columns=a,b&after=abc&before=x&view=7&size=100')).toBe(
    'status=invalid&status=done&sort=-name&columns=a,b&size=100',
  )
  expect(viewQuery('')).toBe('')
  expect(viewQuery('q=a%26b%3Dc')).toBe('q=a%26b%3Dc')
})

test('its address says which one is open', () => {
  expect(viewHref({ list: '/actions', query: 'q=1', id: '7' })).toBe('/actions?q=1&view=7')
  expect(viewHref({ list: '/actions', query: '', id: '7' })).toBe('/actions?view=7')
})

test('only lists have views', () => {
  expect(isViewList('/actions')).toBe(true)
  for (const path of ['/settings', '//evil.example', 'javascript:alert(1)', '']) expect(isViewList(path)).toBe(false)
})
