import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import {
  acceptedConventions,
  answerPlainly,
  askedConventions,
  compareNames,
  conventions,
  conventionsOf,
  PLAIN,
} from './conventions'
import {
  formatBytes,
  formatCompact,
  formatDay,
  formatDuration,
  formatNumber,
  formatSample,
  formatShort,
} from './format'

// What scripts/preload.cjs puts there.
const asking = new AsyncLocalStorage()
Object.assign(globalThis, { [Symbol.for('mig-dashboard.asking')]: asking })
const as = <T>(languages: string | undefined, work: () => T, cookie?: string): T =>
  asking.run({ languages, cookie }, work)

describe('who asks', () => {
  test.each([
    ['de-DE,de;q=0.9,en;q=0.8', 'de-DE'],
    ['xx-nowhere, fr-CH;q=0.5, en;q=0.4', 'fr-CH'],
    ['en;q=0.5, pl;q=0.9', 'pl'],
    ['de;q=0, sv', 'sv'],
    ['*', 'en-GB'],
    ['', 'en-GB'],
    [undefined, 'en-GB'],
    ['<script>alert(1)</script>', 'en-GB'],
    ['de;q=nonsense', 'de'],
    [`${'x'.repeat(5000)},de`, 'en-GB'],
    ['de_DE.UTF-8', 'en-GB'],
  ])('%j writes as %s', (languages, locale) => {
    expect(acceptedConventions(languages).locale).toBe(locale)
  })

  test.each(['de-u-nu-arab-ca-buddhist-toolong', 'a', '123', '', 'de--DE', 'xx'])('%j is no language', (tag) => {
    expect(conventionsOf(tag)).toBeNull()
  })

  test('nobody, and what programs read, is plain', () => {
    expect(conventions()).toEqual(PLAIN)
    as('de', () => {
      expect(conventions().locale).toBe('de')
      answerPlainly()
      expect(conventions()).toEqual(PLAIN)
      expect(askedConventions()).toMatchObject({ own: { locale: 'de' }, isPlain: true })
    })
  })

  test('a choice of this browser stands above its languages', () => {
    as('de', () => expect(conventions()).toEqual(PLAIN), 'zone=Europe%2FBerlin; formats=plain')
    as('de', () => expect(conventions().locale).toBe('de'), 'formats=plainly; otherformats=plain')
  })
})

describe('numbers and dates', () => {
  const AT = '2014-09-05T21:18:09.235444Z'
  test.each([
    ['en-GB', '1,234', '1,234,567', '4.2 s', '1.2k', '5 Sep 2014', '5 Sep 21:18'],
    ['en-US', '1,234', '1,234,567', '4.2 s', '1.2k', 'Sep 5, 2014', 'Sep 5 21:18'],
    ['de-DE', '1.234', '1.234.567', '4,2 s', '1,2k', '5 Sep 2014', '5 Sep 21:18'],
    ['fr-FR', '1\u202f234', '1\u202f234\u202f567', '4,2 s', '1,2k', '5 Sep 2014', '5 Sep 21:18'],
    ['es-ES', '1234', '1.234.567', '4,2 s', '1,2k', '5 Sep 2014', '5 Sep 21:18'],
    ['hi-IN', '1,234', '12,34,567', '4.2 s', '1.2k', '5 Sep 2014', '5 Sep 21:18'],
    ['ja-JP', '1,234', '1,234,567', '4.2 s', '1.2k', '2014 Sep 5', 'Sep 5 21:18'],
    ['fa-IR', '1,234', '1,234,567', '4.2 s', '1.2k', '5 Sep 2014', '5 Sep 21:18'],
  ])('%s', (locale, thousand, million, span, compact, day, short) => {
    as(locale, () => {
      expect(formatNumber(1234)).toBe(thousand)
      expect(formatNumber(1_234_567)).toBe(million)
      expect(formatDuration(4234)).toBe(span)
      expect(formatCompact(1234)).toBe(compact)
      expect(formatDay(AT, 'UTC')).toBe(day)
      expect(formatShort(AT, { now: '2014-12-01T00:00:00Z', zone: 'UTC' })).toBe(short)
    })
  })

  test('every digit stays, in whatever groups', () => {
    as('hi-IN', () => expect(formatNumber('9223372036854775807')).toBe('92,23,37,20,36,85,47,75,807'))
    as('de-CH', () => {
      expect(formatNumber('-9223372036854775807').replace(/\D/g, '')).toBe('9223372036854775807')
      expect(formatNumber(12)).toBe('12')
    })
    as('de', () => {
      expect(formatNumber('1234.50')).toBe('1.234,50')
      expect(formatBytes(1449)).toBe('1,4 kB')
      expect(formatNumber('7 of 9')).toBe('7 of 9')
    })
  })

  test('an example tells one way from another', () => {
    expect(formatSample(PLAIN)).toBe('1,234,567.8 · 31 Dec 2026')
    expect(formatSample(acceptedConventions('en-US'))).toBe('1,234,567.8 · Dec 31, 2026')
    expect(formatSample(acceptedConventions('de'))).toBe('1.234.567,8 · 31 Dec 2026')
  })
})

test('names stand in the viewer’s order', () => {
  const names = ['Zoë', 'Ärla', 'Adam', 'web10', 'web9']
  expect(as('de', () => names.toSorted(compareNames))).toEqual(['Adam', 'Ärla', 'web9', 'web10', 'Zoë'])
  expect(as('sv', () => names.toSorted(compareNames))).toEqual(['Adam', 'web9', 'web10', 'Zoë', 'Ärla'])
})
