import { describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { permissionCells, type RuleRow, requirementCells } from './matrix'

const NEW = '20' as MigId
const OLD = '10' as MigId
const module = (id: string, name: string) => ({ id: id as MigId, name })
const MODULES = [module('1', 'default'), module('2', 'file'), module('3', 'netstat')]
const BO = { id: '7' as MigId, fingerprint: 'AB', disabled: false }

function rule(
  agentid: MigId,
  live: boolean,
  moduleid: string | null,
  value: number | null,
  investigatorid?: string,
): RuleRow {
  return {
    queueloc: 'q',
    agentid,
    live,
    moduleid: moduleid as MigId | null,
    investigatorid: (investigatorid as MigId) ?? null,
    value,
  }
}

describe('the minimums of one endpoint', () => {
  test('own, lent by default, and none; a rule on an older row counts for nothing', () => {
    const cells = requirementCells([rule(NEW, true, '2', 3), rule(OLD, false, '3', 1)], NEW, MODULES)
    expect(cells['2']).toEqual({ own: 3, inherited: null, leftBehind: [], mixed: null, problem: null })
    expect(cells['3']).toMatchObject({
      own: null,
      inherited: null,
      leftBehind: [{ agentId: OLD, value: 1 }],
      mixed: null,
    })
    expect(cells['1']).toMatchObject({ own: null, inherited: null })
    const lent = requirementCells([rule(NEW, true, '1', 2), rule(NEW, true, '2', 0)], NEW, MODULES)
    expect(lent['3']).toMatchObject({ own: null, inherited: 2, problem: null })
    expect(lent['2']).toMatchObject({ own: 0, inherited: null, problem: 'below-one' })
    expect(lent['1']).toMatchObject({ own: 2, inherited: null })
  })

  test('a minimum of default below 1 is a problem of every cell that it is lent to', () => {
    const cells = requirementCells([rule(NEW, true, '1', 0)], NEW, MODULES)
    expect([cells['1']?.problem, cells['2']?.problem]).toEqual(['below-one', 'below-one'])
  })

  test('a minimum beyond what all can reach together, through default too', () => {
    const rows = [rule(NEW, true, '1', 2), rule(NEW, true, '2', 4)]
    const reached = (one: number, two: number) =>
      requirementCells(
        rows,
        NEW,
        MODULES,
        new Map([
          ['1', one],
          ['2', two],
        ]),
      )
    expect(reached(2, 4)['2']?.problem).toBeNull()
    expect(reached(2, 3)['2']?.problem).toBe('unreachable')
    expect(reached(1, 4)['3']).toMatchObject({ inherited: 2, problem: 'unreachable' })
    expect(requirementCells(rows, NEW, MODULES, new Map())['1']?.problem).toBe('unreachable')
  })

  test('live rows that differ are mixed, one without a rule included; rows that are gone are not', () => {
    const both = requirementCells([rule(NEW, true, '2', 2), rule(OLD, true, null, null)], NEW, MODULES)
    expect(both['2']?.mixed).toEqual([
      { agentId: NEW, value: 2 },
      { agentId: OLD, value: null },
    ])
    const same = requirementCells([rule(NEW, true, '2', 2), rule(OLD, true, '2', 2)], NEW, MODULES)
    expect(same['2']?.mixed).toBeNull()
    const gone = requirementCells([rule(NEW, true, '2', 2), rule(OLD, false, '2', 5)], NEW, MODULES)
    expect(gone['2']?.mixed).toBeNull()
  })

  test('two modules of one name are undecided', () => {
    const twins = [...MODULES, module('4', 'file')]
    expect(requirementCells([rule(NEW, true, '2', 3)], NEW, twins)['2']?.problem).toBe('ambiguous')
  })
})

describe('the weights of one person on one endpoint', () => {
  const minimums = requirementCells([rule(NEW, true, '1', 2), rule(NEW, true, '2', 1)], NEW, MODULES)

  test('judged as if the person signed alone', () => {
    const rows = [rule(NEW, true, '1', 1, '7'), rule(NEW, true, '2', 1, '7'), rule(NEW, true, '3', 9, '7')]
    const cells = permissionCells(rows, NEW, MODULES, minimums, BO)
    expect(cells['2']?.alone).toMatchObject({ via: 'own', got: 1, required: 1, outcome: 'accepted' })
    expect(cells['3']).toMatchObject({ own: 9, alone: { via: 'default', got: 1, required: 2, outcome: 'short' } })
    const off = permissionCells(rows, NEW, MODULES, minimums, { ...BO, disabled: true })
    expect(off['2']?.alone).toMatchObject({ got: 0, outcome: 'short' })
  })

  test("other people's weights are not this person's, on any row", () => {
    const rows = [rule(NEW, true, '2', 5, '8'), rule(OLD, true, '2', 1, '7'), rule(OLD, false, '3', 4, '8')]
    const cells = permissionCells(rows, NEW, MODULES, minimums, BO)
    expect(cells['2']).toMatchObject({ own: null, leftBehind: [{ agentId: OLD, value: 1 }] })
    expect(cells['2']?.mixed).toContainEqual({ agentId: NEW, value: null })
    expect(cells['3']).toMatchObject({ own: null, leftBehind: [], mixed: null })
  })

  test('a minimum that is mixed is told, through default too', () => {
    const mixed = requirementCells([rule(NEW, true, '1', 2), rule(OLD, true, null, null)], NEW, MODULES)
    const cells = permissionCells([rule(NEW, true, '1', 2, '7')], NEW, MODULES, mixed, BO)
    expect([cells['1']?.minimumMixed, cells['2']?.minimumMixed]).toEqual([true, true])
  })

  test('so is a weight where it is judged', () => {
    const alike = requirementCells([rule(NEW, true, '1', 2), rule(OLD, true, '1', 2)], NEW, MODULES)
    const weights = [rule(NEW, true, '1', 2, '7'), rule(OLD, true, '1', 1, '7')]
    const cells = permissionCells(weights, NEW, MODULES, alike, BO)
    expect([cells['1']?.weightMixed, cells['2']?.weightMixed, cells['2']?.minimumMixed]).toEqual([true, true, false])
  })
})
