import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RULE_MODULES, RULE_PEOPLE, rulesOf, WORKED_EXAMPLES } from '@/lib/testing/acl-rules'
import { type EndpointRules, judgeAction, judgeModule, requirementFor, type Signer } from './rule'

const signedBy = (...names: string[]): Signer[] =>
  names.map((name) => ({ investigatorId: name, fingerprint: `${RULE_PEOPLE.indexOf(name) + 1}`.repeat(40) }))

describe('the worked examples of mig-domain 7.3', () => {
  test.each(WORKED_EXAMPLES)('$title', ({ minimums, weights, signers, operations, accepted, got }) => {
    const verdict = judgeAction(rulesOf(minimums, weights), signedBy(...signers), operations)
    expect(verdict.accepted).toBe(accepted)
    expect(verdict.modules[0]?.got).toBe(got)
  })
})

describe('the corners of the rule', () => {
  test('a requirement of 0 of its own hides default, for weights alike', () => {
    const verdict = judgeModule(rulesOf({ default: 1, file: 0 }, { 'Ann default': 5 }), signedBy('Ann'), 'file')
    expect(verdict).toMatchObject({ via: 'own', required: 0, got: 0, outcome: 'below-one' })
  })

  test('an own weight is not counted where the requirement comes from default', () => {
    const verdict = judgeModule(rulesOf({ default: 2 }, { 'Ann file': 5, 'Ann default': 1 }), signedBy('Ann'), 'file')
    expect(verdict).toMatchObject({ via: 'default', got: 1, outcome: 'short' })
  })

  test('fingerprints are compared without case and spaces; of two rows of one person the lower weight counts', () => {
    const rules = rulesOf({ file: 3 }, { 'Ann file': 3, 'Bo file': 1 })
    const one = [
      { investigatorId: 'Ann', fingerprint: 'ABCD EF01' },
      { investigatorId: 'Bo', fingerprint: 'abcdef01' },
    ]
    expect(judgeModule(rules, one, 'file')).toMatchObject({ got: 1, outcome: 'short' })
  })

  test('two people without a fingerprint are two people', () => {
    const rules = rulesOf({ file: 3 }, { 'Ann file': 2, 'Bo file': 1 })
    const both = ['Ann', 'Bo'].map((investigatorId) => ({ investigatorId, fingerprint: null }))
    expect(judgeModule(rules, both, 'file')).toMatchObject({ got: 3, outcome: 'accepted' })
  })

  test('an id that no investigator has counts 0, whatever weights were left behind', () => {
    const rules = rulesOf({ file: 1 }, { 'Ghost file': 5 })
    const ghost = { investigatorId: 'Ghost', fingerprint: null, known: false }
    expect(judgeModule(rules, [ghost], 'file')).toMatchObject({
      got: 0,
      outcome: 'short',
      contributions: [{ weight: 5, counted: 0, known: false }],
    })
  })

  test('a disabled signer counts 0 and is named', () => {
    const signers = signedBy('Ann').map((s) => ({ ...s, disabled: true }))
    const verdict = judgeModule(rulesOf({ file: 1 }, { 'Ann file': 2 }), signers, 'file')
    expect(verdict).toMatchObject({
      got: 0,
      outcome: 'short',
      contributions: [{ weight: 2, counted: 0, disabled: true }],
    })
  })

  test('negative weights take away', () => {
    const rules = rulesOf({ file: 2 }, { 'Ann file': 3, 'Bo file': -2 })
    expect(judgeModule(rules, signedBy('Ann'), 'file').outcome).toBe('accepted')
    expect(judgeModule(rules, signedBy('Ann', 'Bo'), 'file')).toMatchObject({ got: 1, outcome: 'short' })
  })

  test('two modules of one name, or two called default, leave it undecided', () => {
    const twice = { ...rulesOf({ file: 1 }, { 'Ann file': 1 }), modules: [...RULE_MODULES, { id: '9', name: 'file' }] }
    expect(judgeModule(twice, signedBy('Ann'), 'file').outcome).toBe('ambiguous')
    const defaults = {
      ...rulesOf({ file: 1 }, { 'Ann file': 1 }),
      modules: [...RULE_MODULES, { id: '9', name: 'default' }],
    }
    expect(judgeModule(defaults, signedBy('Ann'), 'file').outcome).toBe('accepted')
    expect(judgeModule(defaults, signedBy('Ann'), 'netstat').outcome).toBe('ambiguous')
  })

  test('a module without a row goes through default; an action without operations has nothing to judge', () => {
    const rules = rulesOf({ default: 1 }, { 'Ann default': 1 })
    expect(judgeAction(rules, signedBy('Ann'), ['memory']).accepted).toBe(true)
    expect(judgeAction(rules, signedBy('Ann'), []).accepted).toBeNull()
    expect(requirementFor({ modules: [], requirements: rules.requirements }, 'memory')).toEqual({ kind: 'none' })
  })

  test('the order of rows, signers and operations decides nothing, and repeating a signature adds nothing', () => {
    const name = fc.constantFrom(...RULE_MODULES.map((m) => m.name))
    const rulesArbitrary = fc.record({
      requirements: fc.dictionary(name, fc.integer({ min: -1, max: 4 })),
      weights: fc.dictionary(
        fc.tuple(fc.constantFrom(...RULE_PEOPLE), name).map(([p, m]) => `${p} ${m}`),
        fc.integer({ min: -2, max: 3 }),
      ),
    })
    const people = fc.array(fc.constantFrom(...RULE_PEOPLE), { maxLength: 4 })
    fc.assert(
      fc.property(
        rulesArbitrary,
        people,
        fc.array(name, { maxLength: 3 }),
        ({ requirements, weights }, signers, operations) => {
          const rules = rulesOf(requirements, weights)
          const verdict = judgeAction(rules, signedBy(...signers), operations)
          const turned: EndpointRules = {
            modules: [...rules.modules].reverse(),
            requirements: [...rules.requirements].reverse(),
            weights: [...rules.weights].reverse(),
          }
          const again = judgeAction(turned, signedBy(...signers, ...signers).reverse(), [...operations].reverse())
          expect(again.accepted).toBe(verdict.accepted)
          for (const m of verdict.modules)
            expect(again.modules.find((n) => n.module === m.module)).toMatchObject({ got: m.got, outcome: m.outcome })
        },
      ),
    )
  })
})
