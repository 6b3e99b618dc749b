import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellKey, encodeChanges } from '@/lib/mig/acl/change'
import type { MigId } from '@/lib/mig/wire/id'
import {
  afterSave,
  type Changes,
  endpointsOf,
  NO_CHANGES,
  pack,
  redo,
  resolve,
  type StagedCell,
  undo,
  unpack,
  write,
} from './changes'

const id = (n: number) => String(n) as MigId
const cell = (agent: number, seen: number | null, value: number | null): StagedCell => ({
  change: { table: 'agtmodreq', agent: id(agent), module: id(1), seen, value },
  names: { endpoint: `web${agent}`, module: 'file' },
})
const weight = (agent: number, seen: number | null, value: number | null): StagedCell => ({
  change: { table: 'invagtmodperm', investigator: id(7), agent: id(agent), module: id(1), seen, value },
  names: { endpoint: `web${agent}`, module: 'file', person: 'Ann' },
})
const values = ({ cells }: Changes) =>
  [...cells.values()].map(({ change }) => [change.agent, change.seen, change.value])

describe('unsaved changes', () => {
  test('a cell keeps the value that was seen first, and is no change when it has that again', () => {
    const once = write(NO_CHANGES, [cell(1, 2, 3)])
    expect(values(write(once, [cell(1, 9, 4)]))).toEqual([['1', 2, 4]])
    expect(values(write(once, [cell(1, 2, 2)]))).toEqual([])
    // Somebody else has made it 5 meanwhile: what it was is a change again.
    expect(values(write(once, [cell(1, 5, 2)]))).toEqual([['1', 5, 2]])
    expect(write(NO_CHANGES, [cell(1, null, null)])).toBe(NO_CHANGES)
    expect(values(write(NO_CHANGES, [cell(1, null, 0)]))).toEqual([['1', null, 0]])
  })

  test('a minimum and a weight of the same endpoint and module are two cells', () => {
    const both = write(NO_CHANGES, [cell(1, null, 1), weight(1, null, 1)])
    expect(both.cells.size).toBe(2)
    expect(endpointsOf(both)).toBe(1)
  })

  test('many cells are one step; undo and redo go through all steps and back', () => {
    const writes = fc.array(
      fc.array(
        fc
          .tuple(fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 0, max: 3 })))
          .map(([a, v]) => cell(a, 1, v)),
      ),
    )
    fc.assert(
      fc.property(writes, (steps) => {
        const states = [NO_CHANGES]
        for (const step of steps) {
          const next = write(states.at(-1) as Changes, step)
          if (next !== states.at(-1)) states.push(next)
        }
        let now = states.at(-1) as Changes
        for (const state of [...states].reverse().slice(1)) {
          now = undo(now)
          expect(new Map(now.cells)).toEqual(new Map(state.cells))
        }
        expect(undo(now)).toBe(now)
        for (const state of states.slice(1)) {
          now = redo(now)
          expect(new Map(now.cells)).toEqual(new Map(state.cells))
        }
      }),
    )
  })

  test('a new step ends what could be redone', () => {
    const back = undo(write(NO_CHANGES, [cell(1, 1, 2)]))
    expect(back.undone).toHaveLength(1)
    expect(write(back, [cell(2, 1, 2)]).undone).toEqual([])
  })
})

describe('a conflict', () => {
  const mine = write(NO_CHANGES, [cell(1, 1, 5), cell(2, 1, 5), cell(3, 1, 5), cell(4, 1, 5)])
  const conflicts = [1, 2, 3].map((agent) => ({ change: cell(agent, 1, 5).change, now: agent === 3 ? 5 : 9 }))
  const key = (agent: number) => cellKey(cell(agent, 1, 5).change)

  test('what is kept is sent against what the cell holds now; the rest is given up; others stay', () => {
    const next = resolve(mine, conflicts, new Set([key(1), key(3)]))
    expect(values(next)).toEqual([
      ['1', 9, 5],
      ['4', 1, 5],
    ])
    expect(undo(next)).toBe(next)
  })

  test('where the endpoint has a newer row, what is kept goes on to it, against what is stored there', () => {
    const moved = [
      { change: cell(1, 1, 5).change, now: 7, newest: id(11) },
      { change: cell(2, 1, 5).change, now: null, newest: id(12) },
      { change: cell(3, 1, 5).change, now: 5, newest: id(13) },
    ]
    const next = resolve(mine, moved, new Set([key(1), key(3)]))
    expect(values(next).sort()).toEqual([
      ['11', 7, 5],
      ['4', 1, 5],
    ])
    expect([...next.cells.keys()].sort()).toEqual([key(11), key(4)].sort())
    // What was changed on the newest row already is the later word.
    const both = resolve(write(mine, [cell(11, 7, 8)]), moved.slice(0, 1), new Set([key(1)]))
    expect(values(both)).toContainEqual(['11', 7, 8])
    expect(both.cells.has(key(1))).toBe(false)
  })
})

describe('a save', () => {
  const sent = write(NO_CHANGES, [cell(1, 1, 5), cell(2, 1, 5), cell(3, null, 5), cell(4, 1, null)])

  test('takes what was sent, and leaves nothing when nothing else was done meanwhile', () => {
    expect(afterSave(sent, sent.cells)).toEqual(NO_CHANGES)
  })

  test('what was changed, added or taken back meanwhile stays, against what was saved', () => {
    const later = write(sent, [cell(1, 1, 6), cell(3, null, null), cell(4, 1, 0), cell(9, 2, 3)])
    const next = afterSave(later, sent.cells)
    expect(values(next).sort()).toEqual([
      ['1', 5, 6],
      ['3', 5, null],
      ['4', null, 0],
      ['9', 2, 3],
    ])
    expect(undo(next)).toBe(next)
  })
})

describe('in the browser’s storage', () => {
  test('both tables come back as they were', () => {
    const changes = write(NO_CHANGES, [cell(1, null, 3), weight(2, 4, null), weight(3, 0, -2)])
    const back = unpack(pack(changes))
    expect(new Map(back.cells)).toEqual(new Map(changes.cells))
    expect([back.done, back.undone]).toEqual([[], []])
  })

  test('what is none of ours is no change', () => {
    for (const text of [null, '', '{}', 'null', '[1]', '{"v":1}', '{"v":1,"cells":3}'])
      expect(unpack(text)).toBe(NO_CHANGES)
  })

  test('20,000 cells fit, and into the form that saves them', () => {
    const many = write(
      NO_CHANGES,
      Array.from({ length: 20_000 }, (_, n) => ({
        change: {
          ...weight(0, 1, 2).change,
          agent: `${6059408362783470592n + BigInt(n)}` as MigId,
          module: id(n % 12),
        },
        names: { endpoint: `host${n}.dc1.example.net`, module: 'filechecker', person: 'Ann' },
      })),
    )
    expect(pack(many).length).toBeLessThan(3_000_000)
    expect(encodeChanges([...many.cells.values()].map(({ change }) => change)).length).toBeLessThan(1_200_000)
  })
})
