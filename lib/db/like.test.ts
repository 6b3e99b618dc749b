import { expect, test } from 'vitest'
import { caselessPart, containing } from './like'
import { sql } from './sql'

const valuesOf = (part: string | null) => caselessPart(sql`name`, part).flatMap(({ values }) => values)

test('wildcards are taken literally', () => {
  expect(containing('100%_\\')).toBe('%100\\%\\_\\\\%')
})

test('what has no case is asked first, the longest run of it', () => {
  expect(valuesOf('Web17-a.')).toEqual(['%17-%'])
  expect(valuesOf('100%_sure')).toEqual(['%100\\%\\_%'])
  expect(valuesOf('dc1.example.net')).toEqual(['%1.%'])
})

test('nothing is asked first for letters, in whatever language', () => {
  for (const part of [null, '', 'web', 'WEB', 'é', 'K', 'İ', 'ß', 'Ω', '\u0130\u212A'])
    expect(caselessPart(sql`name`, part)).toEqual([])
})
