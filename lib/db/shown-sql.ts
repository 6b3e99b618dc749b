import type { ListParams } from '@/lib/list-params'
import type { RanSql } from '@/lib/page'
import { countSql, type ListQuery, pageSql } from './list'
import type { Sql } from './sql'

// Controls, bidi marks and line separators would act on the terminal that the text is pasted into.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu

function textLiteral(value: string): string {
  if (value.includes('\0')) throw new TypeError('PostgreSQL has no text with a NUL character')
  const text = value.toWellFormed()
  if (!text.includes('\\') && text.search(HIDDEN) < 0) return `'${text.replaceAll("'", "''")}'`
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replace(HIDDEN, (character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16)
      return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
    })
  return `E'${escaped}'`
}

function arrayText(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return arrayText(value)
    return `"${plainText(value).replace(/[\\"]/g, '\\$&')}"`
  })
  return `{${elements.join(',')}}`
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  throw new TypeError(`a ${typeof value} is not shown as SQL`)
}

/**
 * A parameter's value as PostgreSQL's literal of unknown type, as a parameter is one, in printable characters. TypeError for
 * what no statement of ours has: objects, and text with a NUL.
 */
export function sqlLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value)
  return textLiteral(Array.isArray(value) ? arrayText(value) : plainText(value))
}

/** The statement with its values in place of its parameters, its lines shifted to the left margin. */
export function inlineSql(statement: Pick<Sql, 'strings' | 'values'>): string {
  const { strings, values } = statement
  let text = strings[0] ?? ''
  values.forEach((value, i) => {
    const next = strings[i + 1] ?? ''
    text += `${/\w$/.test(text) ? ' ' : ''}${sqlLiteral(value)}${/^\w/.test(next) ? ' ' : ''}${next}`
  })
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.slice(text.startsWith('\n') ? 0 : 1).map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(Math.min(line.search(/\S/), margin)).trimEnd()).join('\n')
}

/** What to paste into psql: the statement with its values, what it gives, and when its "now" was. */
export function ranSql(what: string, statement: Sql, now: string): RanSql {
  return { what, text: `-- ${what.replace(/\s+/g, ' ')}, as of ${now}\n${inlineSql(statement)};` }
}

/** What gave a page of a list: the page, which may come from a query of its own, and the number of its rows. */
export function ranBy(query: ListQuery, params: ListParams, what: string, now: string, page = query): RanSql[] {
  return [ranSql(what, pageSql(page, params), now), ranSql(`number of ${what}`, countSql(query), now)]
}
