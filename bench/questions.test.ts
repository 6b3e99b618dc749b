import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { MIX } from './load'
import { questionsOf } from './questions'

const SAMPLE = {
  action: '11',
  other: '12',
  agent: '13',
  command: '14',
  picked: ['14', '15'],
  busy: '16',
  person: '2',
  signers: ['2', '3', '4'],
  modules: ['5', '6', '7'],
  batch: '8',
  acl: '0'.repeat(32),
  file: '11-14.json',
}

// Forms without rows of a table.
const UNMEASURED = ['/sign-in', '/investigators/add', '/investigators/import']

const ROUTES = readdirSync(path.resolve(import.meta.dirname, '../app'), { recursive: true, encoding: 'utf8' })
  .map((file) => `/${file.split(path.sep).join('/')}`)
  .filter((file) => file.endsWith('/page.tsx') && !file.includes('[...'))
  .map((file) => file.replace(/\/page\.tsx$/, '').replace(/\/\([^)]*\)/g, '') || '/')

const fits = (route: string, pathname: string) =>
  new RegExp(`^${route.replace(/[.+*?^$()|{}]/g, '\\$&').replace(/\[[^\]]+\]/g, '[^/]+')}$`).test(pathname)

test('every page is measured but forms without rows', () => {
  const paths = questionsOf(SAMPLE).map((question) => new URL(question.path, 'http://site').pathname)
  expect(ROUTES.length).toBeGreaterThan(30)
  const open = ROUTES.filter((route) => !paths.some((one) => fits(route, one)))
  expect(open.sort()).toEqual([...UNMEASURED].sort())
})

test('names are told apart, and what a data set does not have is not asked for', () => {
  const names = (sample: typeof SAMPLE) => questionsOf(sample).map(({ name }) => name)
  const all = names(SAMPLE)
  expect(new Set(all).size).toBe(all.length)
  const fewer = names({ ...SAMPLE, batch: '', acl: '', file: '' })
  expect(all.filter((name) => !fewer.includes(name)).sort()).toEqual([
    'batch',
    'endpoints of one ACL',
    'file of an ACL',
    'spool file',
  ])
})

test('what people of the load click is measured', () => {
  const names = questionsOf(SAMPLE).map(({ name }) => name)
  expect(MIX.filter(([, name]) => !names.includes(name))).toEqual([])
})

test('ten statements are explained', () => {
  expect(questionsOf(SAMPLE).flatMap(({ explained = [] }) => explained)).toHaveLength(10)
})
