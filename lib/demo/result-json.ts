import { goNumber } from '@/lib/mig/wire/go-json'

/**
 * The same bytes as `goJson` of Go 1.7 for trees without control characters, several times faster: the demo prints
 * 40,000 results with it.
 */
export function resultJson(value: unknown): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value)
    return /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, escaped) : text
  }
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : goNumber(value, 'go1.7')
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(resultJson).join(',')}]`
  let text = ''
  const tree = value as Record<string, unknown>
  for (const key of Object.keys(tree).sort())
    text += `${text === '' ? '' : ','}${resultJson(key)}:${resultJson(tree[key])}`
  return `{${text}}`
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
