import { expect, test } from 'vitest'
import { visibleLines, visibleText } from './visible-text'

test.each([
  ['plain – ünïcödé 漢字 🙂', 'plain – ünïcödé 漢字 🙂'],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u0000\u001b[31m', '\\u0000\\u001b[31m'],
  ['exe.\u202egpj', 'exe.\\u202egpj'],
  ['ro\u200bot\ufeff', 'ro\\u200bot\\ufeff'],
  ['\ud800', '\\ud800'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown)
})

test('lines keep their breaks', () => {
  expect(visibleLines('a\n\tb\r\u0007')).toBe('a\n\tb\\r\\u0007')
})
