import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(path.join(import.meta.dirname, '../../app/globals.css'), 'utf8')
const tokens = new Map(
  [...css.matchAll(/^\s*--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);$/gm)].map((found) => [
    found[1],
    { light: found[2] ?? '', dark: found[3] ?? '' },
  ]),
)

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const TONES = ['good', 'waiting', 'attention', 'bad', 'gone', 'odd', 'neutral']
const GROUNDS = ['bg', 'surface', 'sunken', 'raised', 'hover']
const texts = [
  ...['ink', 'muted', 'faint', 'accent', ...TONES].flatMap((text) => GROUNDS.map((ground) => [text, ground])),
  ...TONES.flatMap((tone) => [
    [tone, `${tone}-tint`],
    ['ink', `${tone}-tint`],
  ]),
  ['accent', 'accent-tint'],
  ['on-solid', 'accent-solid'],
  ['on-solid', 'accent-solid-hover'],
  ['on-solid', 'bad-solid'],
  ['on-solid', 'bad-solid-hover'],
]
const marks = [
  ...TONES.flatMap((tone) => ['surface', 'bg'].map((ground) => [`${tone}-mark`, ground])),
  ['control', 'surface'],
  ['control', 'bg'],
]

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const colour = (name = '') => {
    const token = tokens.get(name)
    if (!token) throw new Error(`globals.css has no --${name}`)
    return token[theme]
  }
  test.each(texts)('%s can be read on %s', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5)
  })
  test.each(marks)('%s can be made out on %s', (mark, ground) => {
    expect(contrast(colour(mark), colour(ground))).toBeGreaterThanOrEqual(3)
  })
})

test('the contrast is that of WCAG 2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test('every colour has a light and a dark value and is handed to Tailwind', () => {
  for (const name of tokens.keys()) expect(css).toContain(`--color-${name}: var(--${name});`)
  expect(tokens.size).toBeGreaterThan(40)
})
