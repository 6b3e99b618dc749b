import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExportColumn, exportLines } from './export'

async function lines(columns: ExportColumn[], rows: Record<string, unknown>[], format: 'csv' | 'ndjson', ids = false) {
  let all = ''
  const source = {
    columns,
    rows: (async function* () {
      yield rows
    })(),
  }
  for await (const chunk of exportLines(source, format, ids)) all += chunk
  return all
}

const text: ExportColumn[] = [{ name: 'name', kind: 'text' }]

it('says in the last line that it is cut off', async () => {
  const columns: ExportColumn[] = [...text, { name: 'bytes', kind: 'number' }]
  for (const [format, last] of [
    ['csv', '"Cut off: not all, by far.",\r\n'],
    ['ndjson', '{"cut":"Cut off: not all, by far."}\n'],
  ] as const) {
    let all = ''
    const source = {
      columns,
      rows: (async function* () {
        yield [{ name: 'a', bytes: 1 }]
      })(),
      cut: 'Cut off: not all, by far.',
    }
    for await (const chunk of exportLines(source, format)) all += chunk
    expect(all.endsWith(last)).toBe(true)
    expect(all.split('\n')).toHaveLength(format === 'csv' ? 4 : 3)
  }
})

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x'])(
    'puts an apostrophe before %j so that no spreadsheet runs it',
    async (value) => {
      const cell = (await lines(text, [{ name: value }], 'csv')).split('\r\n').slice(1).join('\r\n')
      expect(cell.replace(/^"/, '').startsWith(`'${value[0]}`)).toBe(true)
    },
  )

  it('leaves numbers and ids bare, negative weights too, and writes ids as text when asked', async () => {
    const columns: ExportColumn[] = [
      { name: 'id', kind: 'id' },
      { name: 'weight', kind: 'number' },
    ]
    const row = { id: '6059408362783470592', weight: -3 }
    expect(await lines(columns, [row], 'csv')).toBe('id,weight\r\n6059408362783470592,-3\r\n')
    expect(await lines(columns, [row], 'csv', true)).toBe('id,weight\r\n"=""6059408362783470592""",-3\r\n')
  })

  it('has an empty cell for null', async () => {
    expect(await lines([...text, { name: 'at', kind: 'time' }], [{ name: null, at: null }], 'csv')).toBe(
      'name,at\r\n,\r\n',
    )
  })

  it('reads back as the same texts (RFC 4180), whatever is in them', async () => {
    const columns: ExportColumn[] = [
      { name: 'a', kind: 'text' },
      { name: 'b', kind: 'text' },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            a: fc.string({ unit: 'grapheme' }),
            b: fc.oneof(fc.string(), fc.stringMatching(/^'{0,3}[=+@-]?1$/)),
          }),
          { minLength: 1 },
        ),
        async (rows) => {
          const [, ...read] = parseCsv(await lines(columns, rows, 'csv'))
          expect(
            read.map((cells) => cells.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])/, ''))),
          ).toEqual(rows.map((row) => [row.a, row.b]))
        },
      ),
    )
  })
})

describe('NDJSON', () => {
  it('keeps ids as text, numbers as numbers, JSON as values, and broken JSON as text', async () => {
    const columns: ExportColumn[] = [
      { name: 'id', kind: 'id' },
      { name: 'n', kind: 'number' },
      { name: 'threat', kind: 'json' },
      { name: 'broken', kind: 'json' },
    ]
    const line = await lines(columns, [{ id: '1', n: '12', threat: '{"a":[null]}', broken: '{"a"' }], 'ndjson')
    expect(JSON.parse(line)).toEqual({ id: '1', n: 12, threat: { a: [null] }, broken: '{"a"' })
  })
})

/** A reader of RFC 4180, independent of the writer. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < csv.length; i++) {
    const c = csv[i]
    if (quoted) {
      if (c === '"' && csv[i + 1] === '"') {
        cell += '"'
        i++
      } else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === ',') {
      row.push(cell)
      cell = ''
    } else if (c === '\r' && csv[i + 1] === '\n') {
      i++
      rows.push([...row, cell])
      row = []
      cell = ''
    } else cell += c
  }
  return rows
}
