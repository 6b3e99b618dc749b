import { describe, expect, it } from 'vitest'
import { nextPath, signInHref } from './next-path'

describe('where sign-in leads', () => {
  it.each([
    '/',
    '/agents',
    '/actions?status=inflight&sort=name',
    '/spool/action/new/file/a%2Fb',
    '/x?next=//evil.example',
  ])('keeps %s', (path) => expect(nextPath(path)).toBe(path))

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    ' /agents',
    'agents',
    '',
    '/sign-in',
    '/sign-in?next=/sign-in',
    `/${'a'.repeat(2_000)}`,
    undefined,
    null,
    ['/agents'],
  ])('leads to the first page for %j', (path) => expect(nextPath(path)).toBe('/'))

  it('takes dots and backslashes as a browser would, within this site', () => {
    expect(nextPath('/a/../agents#part')).toBe('/agents')
    expect(nextPath('/a\\b')).toBe('/a/b')
  })

  it('is carried by the address of the page', () => {
    expect(signInHref('/')).toBe('/sign-in')
    expect(signInHref(null)).toBe('/sign-in')
    expect(signInHref('/agents?a=1&b=2')).toBe('/sign-in?next=%2Fagents%3Fa%3D1%26b%3D2')
  })
})
