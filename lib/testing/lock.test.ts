import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lockProblems } from './lock'

const lock = (packages: object) => JSON.stringify({ packages })
const good = { version: '1.0.0', integrity: 'sha512-x' }

test('the lock file of this project is complete', () => {
  expect(lockProblems(readFileSync(path.resolve(import.meta.dirname, '../../package-lock.json'), 'utf8'))).toEqual([])
})

test.each([
  [
    'a package for another system is missing',
    { '': {}, 'node_modules/a': { ...good, optionalDependencies: { '@a/darwin-arm64': '1.0.0' } } },
    'lacks @a/darwin-arm64, which a names',
  ],
  [
    'a dependency is missing',
    { '': {}, 'node_modules/a': { ...good, dependencies: { b: '^1' } } },
    'lacks b, which a names',
  ],
  ['an address is recorded', { '': {}, 'node_modules/@s/a': { ...good, resolved: 'https://x' } }, 'address for @s/a'],
  ['no checksum', { '': {}, 'node_modules/a': { version: '1.0.0' } }, 'no checksum for a'],
  [
    'a version that is a range',
    { '': { devDependencies: { a: '^1.0.0' } }, 'node_modules/a': good },
    'version of a is not exact',
  ],
])('%s', (_, packages, part) => {
  const problems = lockProblems(lock(packages))
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(part)
})

test('nested copies count as there', () => {
  const packages = {
    '': {},
    'node_modules/a': { ...good, dependencies: { b: '^1' } },
    'node_modules/a/node_modules/b': good,
  }
  expect(lockProblems(lock(packages))).toEqual([])
})
