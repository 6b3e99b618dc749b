import { describe, expect, test } from 'vitest'
import { exportLines } from '@/lib/export'
import { type ImportLine, readImportFile } from './import-file'

function read(text: string) {
  const file = readImportFile(text)
  if (!file.ok) throw new Error(file.problem)
  return file
}
const whys = (text: string) => read(text).refused.map(({ line, why }) => `${line}: ${why}`)
const short = ({ line, agent, module, investigator, value }: ImportLine) =>
  [
    line,
    agent.id ?? agent.queueloc ?? agent.name,
    module.id ?? module.name,
    investigator?.id ?? investigator?.name,
    value,
  ] as const

describe('a file of minimums', () => {
  test('comma, semicolon and tab, with and without CRLF and a byte order mark', () => {
    for (const [sign, end] of [
      [',', '\r\n'],
      [';', '\n'],
      ['\t', '\r'],
    ] as const) {
      const text = [
        ['agentid', 'moduleid', 'minimumweight'],
        ['12', '3', '-4'],
        ['13', '3', ''],
      ]
        .map((line) => line.join(sign))
        .join(end)
      for (const bom of ['', '\uFEFF'])
        expect(read(bom + text + end).lines.map(short)).toEqual([
          [2, '12', '3', undefined, -4],
          [3, '13', '3', undefined, null],
        ])
    }
  })

  test('ids as spreadsheets write them: as text, never rounded', () => {
    const text = 'agentid,moduleid,minimumweight\n"=""6059408362783470592""",3,2\n6.05941E+18,3,2\n12a,3,2\n,3,2'
    expect(read(text).lines.map(short)).toEqual([[2, '6059408362783470592', '3', undefined, 2]])
    expect(whys(text)).toEqual([
      '3: agentid 6.05941E+18 was rounded by a spreadsheet: export with ids=text.',
      '4: agentid "12a" is no id.',
      '5: It names no agent.',
    ])
  })

  test('what is no value, and lines that are broken, are refused one by one', () => {
    const text = 'queueloc,module,minimumweight\na,file,1.5\na,file,3000000000\na,,1\na\nb,file,−3\n"c,file,1'
    expect(whys(text)).toEqual([
      '2: minimumweight "1.5" is no whole number from −2,147,483,648 to 2,147,483,647.',
      '3: minimumweight "3000000000" is no whole number from −2,147,483,648 to 2,147,483,647.',
      '4: It names no module.',
      '5: It has 1 columns, the header has 3.',
      '7: A quotation mark in it is never closed.',
    ])
    expect(read(text).lines.map(short)).toEqual([[6, 'b', 'file', undefined, -3]])
  })

  test('a quoted text with line breaks counts its lines', () => {
    const text = 'name,moduleid,minimumweight\n"a\nb ""c""",1,2\nd,1,x'
    expect(read(text).lines[0]?.agent.name).toBe('a\nb "c"')
    expect(whys(text)[0]).toMatch(/^4:/)
  })
})

test('JSON as a list and by lines; rounded ids are refused', () => {
  const cell = { investigatorid: '1', agentid: '12', moduleid: 3, weight: 2, left_behind: false, os: null }
  expect(read(JSON.stringify([cell])).lines.map(short)).toEqual([[1, '12', '3', '1', 2]])
  const text = `${JSON.stringify(cell)}\n\n{"agentid":6059408362783470592,"moduleid":"1","investigatorid":"1","weight":1}\nnone\n[]`
  expect(read(text).lines.map(short)).toEqual([[1, '12', '3', '1', 2]])
  expect(whys(text)).toEqual([
    '3: agentid is a number that JSON rounds: ids are texts of digits.',
    '4: It is no JSON object.',
    '5: It is no JSON object.',
  ])
  const { weight: _, ...said } = cell
  const removing = JSON.stringify([cell, said, { ...cell, weight: null }])
  expect(whys(removing)).toEqual(['2: It has no weight: an empty one is no rule.'])
  expect(read(removing).lines.map(short)).toEqual([
    [1, '12', '3', '1', 2],
    [3, '12', '3', '1', null],
  ])
})

test('what is no file of a matrix', () => {
  const problem = (text: string) => {
    const file = readImportFile(text)
    return file.ok ? null : file.problem
  }
  expect(problem(' \n')).toBe('The file is empty.')
  expect(problem('agentid,moduleid\n1,2')).toMatch(/minimumweight/)
  expect(problem('agentid,moduleid,weight,minimumweight\n')).toMatch(/none has both/)
  expect(problem('agentid,moduleid,weight\n1,2,3')).toMatch(/investigatorid, investigator/)
  expect(problem('agentid,modul,minimumweight\n1,2,3')).toMatch(/no column "modul"/)
  expect(problem('agentid,agentid,moduleid,minimumweight\n')).toMatch(/stands twice/)
  expect(problem('[1,')).toMatch(/like JSON and is none/)
  expect(problem('[')).toMatch(/like JSON and is none/)
})

test('hostile texts come back from an export as they were', async () => {
  const names = ['=cmd()', "'=x", "''+1", "'plain", '-1', '\tt', 'a,b;"c"', 'new\r\nline', '＝wide', ' blank ']
  const rows = names.map((name, i) => ({ agentid: String(i + 1), name, module: name, minimumweight: i }))
  async function* batches() {
    yield rows
  }
  for (const [format, asText] of [
    ['csv', false],
    ['csv', true],
    ['ndjson', false],
  ] as const) {
    let text = ''
    const columns = [
      { name: 'agentid', kind: 'id' as const },
      { name: 'name', kind: 'text' as const },
      { name: 'module', kind: 'text' as const },
      { name: 'minimumweight', kind: 'number' as const },
    ]
    for await (const chunk of exportLines({ columns, rows: batches() }, format, asText)) text += chunk
    const { lines, refused } = read(text)
    expect(refused).toEqual([])
    expect(lines.map(({ agent, module, value }) => [agent.id, agent.name, module.name, value])).toEqual(
      rows.map(({ agentid, name, module, minimumweight }) => [agentid, name, module, minimumweight]),
    )
  }
})

test('a file of too many lines is refused, and read no further than to know it', () => {
  const csv = 'agentid,moduleid,minimumweight\n1,1,1\n\n2,1,1\n3,1,1\n'
  const ndjson = '{"agentid":"1","moduleid":"1","minimumweight":1}\n'.repeat(3)
  for (const text of [csv, ndjson, `[${ndjson.trim().replaceAll('\n', ',')}]`]) {
    expect(readImportFile(text, 3)).toMatchObject({ ok: true, lines: { length: 3 } })
    expect(readImportFile(text, 2)).toEqual({
      ok: false,
      problem: 'The file has more than 2 lines. Split it, with the first line in each part.',
    })
  }
  // What stands behind is not looked at: a column that is none would be the first thing to say.
  expect(readImportFile(`${ndjson}{"colour":"red"}\n`, 2)).toMatchObject({ problem: expect.stringContaining('lines') })
})
