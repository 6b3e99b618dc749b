import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PLACES, placesFor } from './places'

const labels = (text: string, isAdmin = true) => placesFor(text, isAdmin).map(({ label }) => label)

test('every word of the text begins a word of the place', () => {
  expect(labels('off')).toEqual(['Offline agents'])
  expect(labels('ACL batch')).toEqual(['ACL: batches'])
  expect(labels('lost agents')).toEqual(['Offline agents'])
  expect(labels('batch nothing')).toEqual([])
  expect(labels('')).toHaveLength(PLACES.length)
})

test('what only an admin may do is offered to an admin only', () => {
  expect(labels('add investigator')).toEqual(['Add an investigator'])
  expect(labels('add investigator', false)).toEqual([])
  expect(labels('', false)).toHaveLength(PLACES.filter(({ admin }) => !admin).length)
})

test.each(PLACES.map(({ href }) => href))('%s is a page', (href) => {
  const folder = path.join(import.meta.dirname, '../../app/(dashboard)', href.split('?')[0] ?? '')
  expect(existsSync(path.join(folder, 'page.tsx'))).toBe(true)
})
