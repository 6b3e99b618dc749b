import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildHash, hashOf } from './sources'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'mig-sources-'))
  for (const folder of ['app/x', 'lib/testing', 'lib/start']) mkdirSync(path.join(dir, folder), { recursive: true })
  write('app/x/page.tsx', 'page')
  write('lib/now.ts', 'now')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))
const write = (name: string, text: string) => writeFileSync(path.join(dir, name), text)

test('the same content gives the same hash, whatever the times', () => {
  const before = buildHash(dir)
  write('lib/now.ts', 'now')
  expect(buildHash(dir)).toBe(before)
})

test.each([
  ['a changed file', () => write('app/x/page.tsx', 'other page')],
  ['a new file', () => write('app/x/layout.tsx', '')],
  ['a new top-level file', () => write('proxy.ts', '')],
  ['a removed file', () => rmSync(path.join(dir, 'lib/now.ts'))],
  ['a renamed file', () => renameSync(path.join(dir, 'lib/now.ts'), path.join(dir, 'lib/then.ts'))],
  ['a changed lock file', () => write('package-lock.json', '{}')],
])('%s changes it', (_, change) => {
  const before = buildHash(dir)
  change()
  expect(buildHash(dir)).not.toBe(before)
})

test('content that moves from one file to the next changes it', () => {
  write('app/a', '12')
  write('app/b', '3')
  const before = hashOf(dir, ['app'])
  write('app/a', '1')
  write('app/b', '23')
  expect(hashOf(dir, ['app'])).not.toBe(before)
})

test.each(['lib/now.test.ts', 'lib/now.db.test.ts', 'lib/testing/x.ts', 'lib/start/x.ts', 'README.md'])(
  '%s is not part of the build',
  (name) => {
    const before = buildHash(dir)
    write(name, 'anything')
    expect(buildHash(dir)).toBe(before)
  },
)
