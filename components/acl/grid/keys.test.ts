import { expect, test } from 'vitest'
import { commandOf } from './keys'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) =>
  commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })

test.each([
  ['ArrowUp', {}, { do: 'move', key: 'ArrowUp', far: false, grow: false }],
  ['End', { ctrlKey: true, shiftKey: true }, { do: 'move', key: 'End', far: true, grow: true }],
  ['Tab', { shiftKey: true }, { do: 'tab', back: true }],
  ['Enter', {}, { do: 'edit' }],
  ['F2', {}, { do: 'edit' }],
  ['Delete', {}, { do: 'clear' }],
  ['7', {}, { do: 'type', text: '7' }],
  ['-', {}, { do: 'type', text: '-' }],
  ['d', { ctrlKey: true }, { do: 'fill-down' }],
  ['R', { metaKey: true }, { do: 'fill-right' }],
  ['z', { ctrlKey: true }, { do: 'undo' }],
  ['Z', { ctrlKey: true, shiftKey: true }, { do: 'redo' }],
  ['y', { ctrlKey: true }, { do: 'redo' }],
  [' ', { ctrlKey: true }, { do: 'column' }],
  [' ', { shiftKey: true }, { do: 'row' }],
  ['a', { ctrlKey: true }, { do: 'all' }],
] as const)('%s with %j', (key, held, command) => {
  expect(press(key, held)).toEqual(command)
})

test('keys of the browser and letters are none of the grid’s', () => {
  const others = [
    press('c', { ctrlKey: true }),
    press('v', { ctrlKey: true }),
    press('r', { ctrlKey: true, shiftKey: true }),
  ]
  expect([
    ...others,
    press('F5'),
    press('a'),
    press(' '),
    press('1', { altKey: true }),
    press('Tab', { ctrlKey: true }),
  ]).toEqual(Array(8).fill(null))
})
