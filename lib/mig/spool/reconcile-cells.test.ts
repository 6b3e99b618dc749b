import { expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import type { Cursor } from '@/lib/page'
import { SPOOL_KINDS } from './answer'
import { encodeFileName } from './file-name'
import { ReconcileCells } from './reconcile-cells'
import { RECONCILE_CLASSES } from './reconcile-rules'
import type { ReconcileItem } from './reconcile-run'

const NAMES = ['%', '0', '10.json', '2.json', 'a b', 'a-b', '\xff', '\n', 'z'].sort()
const IDS = ['2', '9', '10', '6059408362783470592']

/** Every item that a comparison could give, in the order in which one gives them. */
const ALL: ReconcileItem[] = [
  ...SPOOL_STATES.flatMap((directory) =>
    NAMES.flatMap((name, i) => ({
      class: RECONCILE_CLASSES[i % 3] as ReconcileItem['class'],
      directory,
      name: encodeFileName(name),
      modified: null,
      actionId: null,
      commandId: null,
      status: null,
      anomaly: i % 2 ? ('A7' as const) : null,
    })),
  ),
  ...SPOOL_KINDS.flatMap((kind) =>
    IDS.map(
      (id, i): ReconcileItem => ({
        class: 'no-file',
        directory: kind === 'action' ? ['action', 'new'] : ['command', 'inflight'],
        name: null,
        modified: null,
        actionId: (kind === 'action' ? id : '1') as MigId,
        commandId: (kind === 'command' ? id : null) as MigId | null,
        status: 'sent',
        anomaly: i % 2 ? 'A6' : null,
      }),
    ),
  ),
]
const EVERYTHING = { classes: RECONCILE_CLASSES, kinds: SPOOL_KINDS, anomalies: null }
const keyOf = (item: ReconcileItem) => `${item.directory.join('/')} ${item.name} ${item.commandId ?? item.actionId}`

function cellsOf(items: ReconcileItem[], keep = 1_000): ReconcileCells {
  const cells = new ReconcileCells(keep)
  for (const item of items) cells.add(item)
  return cells
}

test('pages forth and back give every item once, in one order', () => {
  const cells = cellsOf(ALL)
  const forth: string[] = []
  let last: Cursor | null = null
  for (let after: Cursor | undefined; ; ) {
    const page = cells.page(EVERYTHING, { size: 7, after })
    forth.push(...(page?.items ?? []).map(keyOf))
    if (!page?.next) {
      last = page?.first ?? null
      break
    }
    after = page.next
  }
  expect(forth).toHaveLength(ALL.length)
  expect(new Set(forth).size).toBe(ALL.length)
  const back: string[] = []
  for (let before = last; before; ) {
    const page = cells.page(EVERYTHING, { size: 7, before })
    back.unshift(...(page?.items ?? []).map(keyOf))
    before = page?.previous ?? null
  }
  expect(back).toEqual(forth.slice(0, back.length))
  expect(back.length).toBeGreaterThan(ALL.length - 8)
})

test('a place is the same one in a later comparison, whatever came or went before it', () => {
  const whole = cellsOf(ALL).page(EVERYTHING, { size: ALL.length })?.items.map(keyOf) ?? []
  for (let gone = 0; gone < ALL.length; gone++) {
    const page = cellsOf(ALL).page(EVERYTHING, { size: 20 })
    const later = cellsOf(ALL.filter((_, i) => i !== gone))
    const next = later.page(EVERYTHING, { size: ALL.length, after: page?.next ?? undefined })
    expect(next?.items.map(keyOf)).toEqual(whole.slice(20).filter((key) => key !== keyOf(ALL[gone] as ReconcileItem)))
  }
  const few = cellsOf(ALL.slice(10))
  const after = few.page(EVERYTHING, { size: 5 })?.next ?? undefined
  const behind = whole.indexOf(keyOf(few.page(EVERYTHING, { size: 5 })?.items.at(-1) as ReconcileItem)) + 1
  expect(cellsOf(ALL).page(EVERYTHING, { size: 200, after })?.items.map(keyOf)).toEqual(whole.slice(behind))
})

test('an anomaly is listed as it is counted, though only the first items of each are kept', () => {
  for (const anomaly of ['A1', 'A6', 'A7'] as const) {
    const asked = { ...EVERYTHING, anomalies: [anomaly] }
    const those = ALL.filter((item) => item.anomaly === anomaly)
    expect(cellsOf(ALL).count(asked)).toBe(those.length)
    expect(cellsOf(ALL).page(asked, { size: 200 })?.items.map(keyOf).sort()).toEqual(those.map(keyOf).sort())
    expect(cellsOf(ALL, 1).count(asked)).toBe(those.length)
  }
  expect(cellsOf(ALL, 1).page(EVERYTHING, { size: 200 })?.items.length).toBeLessThan(ALL.length)
})

test('another list’s place is refused', () => {
  for (const [key, id] of [
    ['12', ''],
    ['1.8', 'name'],
    ['1.9', '5'],
    ['1.0', '..'],
    ['1.0', 'a/b'],
    ['x.1', '5'],
    ['1.1', '%zz'],
  ] as const)
    expect(cellsOf(ALL).page(EVERYTHING, { size: 5, after: { key, id } }), `${key} ${id}`).toBeNull()
})
