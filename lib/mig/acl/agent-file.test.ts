import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RULE_MODULES } from '@/lib/testing/acl-rules'
import {
  type AclPerson,
  type AgentAcl,
  aclDifference,
  aclOf,
  formatAclFile,
  formatAclSource,
  judgeByFile,
  readAclFile,
} from './agent-file'
import { type EndpointRules, judgeModule } from './rule'

const key = (letter: string) => letter.repeat(40)
const person = (id: string, letter: string | null, name = `person ${id}`, disabled = false): AclPerson => ({
  id,
  name,
  fingerprint: letter && key(letter),
  disabled,
})

function built(rules: EndpointRules, people: AclPerson[]): AgentAcl {
  const result = aclOf(rules, people)
  if (!result.ok) throw new Error(`ambiguous: ${result.ambiguous}`)
  return result.acl
}

function read(text: string): AgentAcl {
  const result = readAclFile(text)
  if (!result.ok) throw new Error(result.problem)
  return result.acl
}

const sample = () =>
  built(
    {
      modules: RULE_MODULES,
      requirements: [
        { moduleId: '4', minimumWeight: 2 },
        { moduleId: '3', minimumWeight: 1 },
      ],
      weights: [
        { investigatorId: '1', moduleId: '4', weight: 2 },
        { investigatorId: '2', moduleId: '3', weight: 1 },
        { investigatorId: '1', moduleId: '1', weight: 9 },
      ],
    },
    [person('1', 'A', 'Ann'), person('2', 'B', 'MIG Scheduler')],
  )

describe('the text of the files', () => {
  test('2019: one object, an entry for each module with a requirement of its own', () => {
    expect(formatAclFile(sample())).toBe(`{
  "agentdestroy": {
    "minimumweight": 1,
    "investigators": {
      "MIG Scheduler": {
        "fingerprint": "${key('B')}",
        "weight": 1
      }
    }
  },
  "default": {
    "minimumweight": 2,
    "investigators": {
      "Ann": {
        "fingerprint": "${key('A')}",
        "weight": 2
      }
    }
  }
}
`)
  })

  test('2014: one raw string a module', () => {
    const text = formatAclSource(sample())
    expect(text.startsWith('var AGENTACL = [...]string{\n`{\n  "agentdestroy": {\n')).toBe(true)
    expect(text.endsWith('  }\n}`,\n}\n')).toBe(true)
    expect(text.split('`').length - 1).toBe(4)
  })

  test('2014: neither a backtick nor a byte order mark of a name stands in the source, and both are read back', () => {
    const odd = 'Bo`\uFEFF'
    const acl = new Map([[odd, { minimumWeight: 1, investigators: [{ name: odd, fingerprint: key('B'), weight: 1 }] }]])
    const text = formatAclSource(acl)
    expect(text).not.toContain('\uFEFF')
    expect(text.split('`').length - 1).toBe(2)
    expect(read(text)).toEqual(acl)
  })

  test('no rules at all: files that refuse everything, and read as such', () => {
    expect(formatAclFile(new Map())).toBe('{}\n')
    for (const text of [formatAclFile(new Map()), formatAclSource(new Map())])
      expect(judgeByFile(read(text), [key('A')], 'file').outcome).toBe('no-rule')
  })
})

describe('what a file cannot say', () => {
  const rules = (weights: EndpointRules['weights']): EndpointRules => ({
    modules: RULE_MODULES,
    requirements: [{ moduleId: '1', minimumWeight: 1 }],
    weights,
  })

  test('disabled people and rows without a fingerprint are left out and named', () => {
    const result = aclOf(
      rules([
        { investigatorId: '1', moduleId: '1', weight: 1 },
        { investigatorId: '2', moduleId: '1', weight: 1 },
      ]),
      [person('1', 'A', 'Ann', true), person('2', null, 'Bo')],
    )
    expect(result).toMatchObject({
      ok: true,
      leftOut: [
        { investigatorId: '1', why: 'disabled' },
        { investigatorId: '2', why: 'no-fingerprint' },
      ],
    })
    expect(result.ok && result.acl.get('file')?.investigators).toEqual([])
  })

  test('two people of one name get two names; one key in two rows stands once, with the lower weight', () => {
    const acl = built(
      rules([
        { investigatorId: '1', moduleId: '1', weight: 3 },
        { investigatorId: '2', moduleId: '1', weight: 2 },
        { investigatorId: '3', moduleId: '1', weight: 1 },
      ]),
      [person('1', 'A', 'Ann'), person('2', 'B', 'Ann'), person('3', 'A', 'Ann again')],
    )
    expect(acl.get('file')?.investigators).toEqual([
      { name: 'Ann', fingerprint: key('A'), weight: 1 },
      { name: 'Ann (2)', fingerprint: key('B'), weight: 2 },
    ])
  })

  test('two modules of one name have no file', () => {
    const doubled = { ...rules([]), modules: [...RULE_MODULES, { id: '9', name: 'file' }] }
    expect(aclOf(doubled, [])).toEqual({ ok: false, ambiguous: ['file'] })
  })
})

describe('reading', () => {
  test('a Go source with more around it, comments between, and fields in other cases', () => {
    const text = `package main
// AGENTACL is below
var HEARTBEATFREQ = 300
var AGENTACL = [...]string{
  // everybody
  \`{"default": {"MinimumWeight": 2, "investigators": {"Bo": {"Fingerprint": "${key('b')}", "WEIGHT": 2}}}}\`, /* and */
\`{"agentdestroy": {"minimumweight": 1}}\`,
}
var PUBLICPGPKEYS = [...]string{\`x\`}`
    const acl = read(text)
    expect([...acl.keys()]).toEqual(['default', 'agentdestroy'])
    expect(judgeByFile(acl, [key('B')], 'netstat')).toEqual({ outcome: 'accepted', required: 2, got: 2 })
    expect(judgeByFile(acl, [key('B')], 'agentdestroy')).toEqual({ outcome: 'short', required: 1, got: 0 })
  })

  test.each([
    ['', /is no JSON, and the file has no array AGENTACL/],
    ['[]', /is no JSON object with an entry for each module/],
    ['{"file": 1}', /module "file": the entry is no JSON object/],
    ['{"file": {"minimumweight": "1"}}', /"minimumweight" is no whole number/],
    ['{"file": {"minimumweight": 1.5}}', /"minimumweight" is no whole number/],
    ['{"file": {"minimumweight": 1, "investigators": ["Bo"]}}', /"investigators" is no JSON object/],
    ['{"file": {"investigators": {"Bo": 3}}}', /the person "Bo" is no JSON object/],
    ['{"file": {"investigators": {"Bo": {"fingerprint": 3}}}}', /the fingerprint of "Bo" is no text/],
    ['{"file": {"investigators": {"Bo": {"weight": 1e400}}}}', /the weight of "Bo" is no whole number/],
    ['var AGENTACL = [...]string{\n`{"a": {}}`,\n`{"a": {}}`}', /"a" has two entries in AGENTACL/],
    ['var AGENTACL = [...]string{\n`{"a": {}}`', /is not closed/],
    ['var AGENTACL = [...]string{ "{}" }', /is not closed, or holds something else/],
    ['var AGENTACL = [...]string{`{`}', /Entry 1 of AGENTACL is no JSON/],
  ])('%s is refused with a sentence', (text, sentence) => {
    expect(readAclFile(text)).toMatchObject({ ok: false, problem: expect.stringMatching(sentence) })
  })
})

const module = fc.constantFrom(...RULE_MODULES)
const people = fc
  .array(
    fc.record({
      letter: fc.constantFrom('A', 'B', 'C', 'D', null),
      name: fc.oneof(fc.constantFrom('Ann', '__proto__', '`', '"\u0000\u202e', ''), fc.string({ unit: 'binary' })),
      disabled: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.map(({ letter, name, disabled }, i) => person(String(i + 1), letter, name, disabled)))
const scene = people.chain((list) =>
  fc.record({
    list: fc.constant(list),
    requirements: fc.uniqueArray(
      fc.record({ moduleId: module.map((m) => m.id), minimumWeight: fc.integer({ min: -1, max: 4 }) }),
      { selector: (r) => r.moduleId },
    ),
    weights: fc.uniqueArray(
      fc.record({
        investigatorId: fc.constantFrom('77', ...list.map((p) => p.id)),
        moduleId: module.map((m) => m.id),
        weight: fc.integer({ min: -2, max: 3 }),
      }),
      { selector: (w) => `${w.investigatorId} ${w.moduleId}`, maxLength: 12 },
    ),
  }),
)

test('a generated file of either form, read back, decides as the tables do', () => {
  fc.assert(
    fc.property(
      scene,
      fc.subarray(['A', 'B', 'C', 'D']),
      fc.constantFrom('file', 'netstat', 'agentdestroy', 'memory'),
      ({ list, requirements, weights }, letters, name) => {
        const rules: EndpointRules = { modules: RULE_MODULES, requirements, weights }
        const signers = list
          .filter((p) => letters.some((letter) => p.fingerprint === key(letter)))
          .map((p) => ({ investigatorId: p.id, fingerprint: p.fingerprint, disabled: p.disabled }))
        const { outcome, required, got } = judgeModule(rules, signers, name)
        const acl = built(rules, list)
        for (const text of [formatAclFile(acl), formatAclSource(acl)]) {
          const found = read(text)
          expect(found).toEqual(acl)
          expect(judgeByFile(found, letters.map(key), name)).toEqual({ outcome, required, got })
          expect(aclDifference(acl, found)).toEqual([])
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a difference names module, minimum and weights by key, whatever people are called', () => {
  const before = read(`{"file": {"minimumweight": 1, "investigators": {
    "Ann": {"fingerprint": "${key('a')}", "weight": 1}, "Bo": {"fingerprint": "${key('B')}", "weight": 2}}},
    "netstat": {"minimumweight": 1}}`)
  const after = read(`{"file": {"minimumweight": 2, "investigators": {
    "Ann renamed": {"fingerprint": "${key('A')}", "weight": 1}, "Cy": {"fingerprint": "${key('C')}", "weight": 1}}}}`)
  expect(aclDifference(before, after)).toEqual([
    { module: 'file', what: 'minimum', fingerprint: null, name: null, before: 1, after: 2 },
    { module: 'file', what: 'weight', fingerprint: key('B'), name: 'Bo', before: 2, after: null },
    { module: 'file', what: 'weight', fingerprint: key('C'), name: 'Cy', before: null, after: 1 },
    { module: 'netstat', what: 'module', fingerprint: null, name: null, before: 1, after: null },
  ])
})
