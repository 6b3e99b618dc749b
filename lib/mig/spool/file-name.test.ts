import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeFileName,
  fileNameBytes,
  fileNameSegment,
  readFileName,
  readFileSegment,
  showFileName,
} from './file-name'

const anyName = fc
  .uint8Array({ minLength: 1, maxLength: 255 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
  .filter((name) => !/[\0/]/.test(name) && name !== '.' && name !== '..')

test('every name survives as itself, as shown and in a URL', () => {
  fc.assert(
    fc.property(anyName, (latin1) => {
      const name = encodeFileName(latin1)
      expect(name).toMatch(/^[\w.%-]+$/)
      expect(fileNameBytes(name)).toBe(latin1)
      expect(readFileName(name)).toBe(name)
      expect(readFileName(showFileName(name))).toBe(name)
      expect(readFileName(decodeURIComponent(fileNameSegment(name)))).toBe(name)
      expect(readFileSegment(fileNameSegment(name))).toBe(name)
      const { pathname } = new URL(`http://localhost/file/${fileNameSegment(name)}`)
      expect(pathname).toBe(`/file/${fileNameSegment(name)}`)
    }),
    { numRuns: 1000 },
  )
})

test('MIG’s own names stay as they are everywhere', () => {
  for (const name of ['6059408362783470592.json', '1-2.json', '7710915484124374016'])
    for (const form of [
      encodeFileName(name),
      showFileName(encodeFileName(name)),
      fileNameSegment(encodeFileName(name)),
    ])
      expect(form).toBe(name)
})

describe('no way out of the directory, in any encoding', () => {
  test.each([
    '',
    '.',
    '..',
    '/',
    'a/b',
    '../x',
    '%2e',
    '%2E%2e',
    '%2e.',
    '.%2e',
    '..%2fx',
    '%2e%2e%2f',
    'a%2Fb',
    '%00',
    'a\0b',
    'a%00.json',
    '%',
    '%2',
    '%zz',
    '\ud800',
    'x'.repeat(256),
    '%61'.repeat(256),
  ])('%j', (text) => {
    expect(readFileName(text)).toBeNull()
  })

  test('a segment of an address, encoded once more', () => {
    for (const segment of ['%2e%2e', '..%2Fx', '%252e%252e', '%252Fx', '%FF', '%', '%2500', 'a%2Fb'])
      expect(readFileSegment(segment), segment).toBeNull()
  })

  test('an escape is taken once only, and look-alikes are ordinary characters', () => {
    expect(fileNameBytes(readFileName('%252e%252e%252fx') as never)).toBe('%2e%2e%2fx')
    expect(showFileName(readFileName('．．／x') as never)).toBe('．．／x')
    expect(readFileName('%c0%ae%c0%ae%c0%afx')).toBe('%C0%AE%C0%AE%C0%AFx')
  })
})

test('what does not show is shown as its bytes', () => {
  const shown = (text: string) => showFileName(encodeFileName(Buffer.from(text).toString('latin1')))
  expect(shown('a\nb')).toBe('a%0Ab')
  expect(shown('a\u202eb')).toBe('a%E2%80%AEb')
  expect(shown('50%')).toBe('50%25')
  expect(shown('ünï "x" <b>')).toBe('ünï "x" <b>')
  expect(showFileName(encodeFileName('\u00ff a'))).toBe('%FF%20a')
})
