import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RULE_MODULES, rulesOf } from '@/lib/testing/acl-rules'
import { judgeAction, type Signer } from './rule'
import { judgeUnder } from './rule-books'

const by = (...names: string[]): Signer[] =>
  names.map((name) => ({ investigatorId: name, fingerprint: name.charCodeAt(0).toString(16).repeat(20) }))

describe('the worked examples of mig-domain 7.3 where the books differ', () => {
  const file = rulesOf({ file: 2 }, { 'Ann file': 2, 'Bo file': 1 })
  const hidden = rulesOf({ default: 2, agentdestroy: 1 }, { 'Ann default': 2, 'Sched agentdestroy': 1 })

  test('two signers: accepted as documented and in 2019, refused in 2014', () => {
    expect(judgeUnder('documented', file, by('Ann', 'Bo'), ['file']).accepted).toBe(true)
    expect(judgeUnder('2019', file, by('Ann', 'Bo'), ['file']).accepted).toBe(true)
    expect(judgeUnder('2014', file, by('Ann', 'Bo'), ['file'])).toMatchObject({
      accepted: false,
      refusal: 'several-signatures',
    })
  })

  test('one key twice: once as documented, an error in 2019', () => {
    const twice = by('Ann', 'Ann')
    expect(judgeUnder('documented', file, twice, ['file'])).toMatchObject({ accepted: true, refusal: null })
    expect(judgeUnder('2019', file, twice, ['file'])).toMatchObject({ accepted: false, refusal: 'repeated-signer' })
    const [ann] = by('Ann')
    const written = [
      ann,
      { ...ann, fingerprint: ann?.fingerprint?.toUpperCase().replace(/(.{4})/g, '$1 ') },
    ] as Signer[]
    expect(judgeUnder('2019', file, written, ['file']).refusal).toBe('repeated-signer')
  })

  test('a second operation goes unchecked in 2014', () => {
    const operations = ['netstat', 'agentdestroy']
    expect(judgeUnder('documented', hidden, by('Ann'), operations).accepted).toBe(false)
    expect(judgeUnder('2014', hidden, by('Ann'), operations)).toMatchObject({
      accepted: true,
      unchecked: ['agentdestroy'],
    })
    expect(judgeUnder('2014', hidden, by('Ann'), [...operations].reverse())).toMatchObject({
      accepted: false,
      unchecked: ['netstat'],
    })
  })
})

test('nothing to run is neither accepted nor refused, in every book', () => {
  for (const book of ['documented', '2014', '2019'] as const)
    expect(judgeUnder(book, rulesOf({}, {}), by('Ann', 'Ann'), []).accepted).toBeNull()
})

test('2019 never accepts more than documented; 2014 accepts more only where something goes unchecked', () => {
  const name = fc.constantFrom(...RULE_MODULES.map((m) => m.name))
  const person = fc.constantFrom('Ann', 'Bo', 'Cy')
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.integer({ min: -1, max: 3 })),
      fc.dictionary(
        fc.tuple(person, name).map(([p, m]) => `${p} ${m}`),
        fc.integer({ min: -1, max: 3 }),
      ),
      fc.array(person, { maxLength: 3 }),
      fc.array(name, { maxLength: 3 }),
      (requirements, weights, signers, operations) => {
        const rules = rulesOf(requirements, weights)
        const documented = judgeAction(rules, by(...signers), operations).accepted
        const later = judgeUnder('2019', rules, by(...signers), operations)
        const built = judgeUnder('2014', rules, by(...signers), operations)
        if (later.accepted) expect(documented).toBe(true)
        if (!later.refusal) expect(later.accepted).toBe(documented)
        if (built.accepted && !documented) expect(built.unchecked.length).toBeGreaterThan(0)
        if (documented && signers.length <= 1) expect(built.accepted).toBe(true)
      },
    ),
  )
})
