import { expect, test } from 'vitest'
import { rulesOf } from '@/lib/testing/acl-rules'
import { keysOf, powerOf, powersOn, settledRules } from './powers-on'
import type { EndpointRules, Signer } from './rule'

const PEOPLE: Signer[] = ['Ann', 'Bo'].map((investigatorId, i) => ({
  investigatorId,
  fingerprint: `${i + 1}`.repeat(40),
}))
const [ANN = [], BO = []] = keysOf(PEOPLE)
const rules = rulesOf({ file: 2, netstat: 1 }, { 'Ann file': 2, 'Bo file': 1, 'Ann netstat': 1 })
const FILE = '1'

const problems = (newest: EndpointRules, live: EndpointRules[]) =>
  Object.fromEntries(powersOn(newest, PEOPLE, live).map(({ module, problem }) => [module, problem]))

test('of two modules with one name nobody can say whose rules hold: it is in nobody’s power', () => {
  expect(powerOf(rules, ANN, [BO], FILE)).toBe('alone')
  const doubled = { ...rules, modules: [...rules.modules, { id: '9', name: 'file' }] }
  expect(powerOf(doubled, ANN, [BO], FILE)).toBeNull()
  expect(problems(doubled, [])).toEqual({ file: 'ambiguous', netstat: null })
})

test('what live rows differ in counts as refusing, minimum and weight by themselves', () => {
  const power = (other: EndpointRules) => powerOf(settledRules(rules, [rules, other]), ANN, [BO], FILE)
  const minimum = rulesOf({ file: 1, netstat: 1 }, { 'Ann file': 2, 'Bo file': 1, 'Ann netstat': 1 })
  expect(power(minimum)).toBeNull()
  expect(problems(rules, [rules, minimum])).toEqual({ file: 'mixed', netstat: null })
  const own = rulesOf({ file: 2, netstat: 1 }, { 'Ann file': 3, 'Bo file': 1, 'Ann netstat': 1 })
  expect(power(own)).toBeNull()
  expect(problems(rules, [rules, own])).toEqual({ file: 'mixed', netstat: null })
  const another = rulesOf({ file: 2, netstat: 1 }, { 'Ann file': 2, 'Ann netstat': 1 })
  expect(power(another)).toBe('alone')
  expect(problems(rules, [rules, another])).toEqual({ file: null, netstat: null })
  // One live row is held to nothing.
  expect(powerOf(settledRules(rules, [minimum]), ANN, [BO], FILE)).toBe('alone')
})
