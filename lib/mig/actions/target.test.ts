import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namesOs, targetShape } from './target'

const kind = (target: string) => targetShape(target).kind
const comparisons = (target: string) => {
  const shape = targetShape(target)
  return shape.kind === 'condition' ? shape.comparisons : shape.kind
}

describe('targetShape', () => {
  it('knows words of syntax version 1 from conditions', () => {
    for (const word of ['linux', ' linux ', 'linux.web2.dc1.mozilla.test.6m0lbe35hts00', 'web-1', '201409151700', 'é'])
      expect(kind(word), word).toBe('word')
    for (const condition of ['true', 'FALSE', 'null', "agents.os='linux'", 'pid > 3', "name LIKE 'a' OR true"])
      expect(kind(condition), condition).toBe('condition')
    expect(kind('')).toBe('empty')
    expect(kind(' \n')).toBe('empty')
  })

  it('sees quotes, parentheses, comments and semicolons that no condition can have', () => {
    for (const broken of [
      "os='linux",
      'os="linux',
      "(os='a'",
      "os='a')",
      "os='a'; DROP TABLE x",
      "os='a' -- all",
      ')(',
    ])
      expect(kind(broken), broken).toBe('broken')
    for (const fine of [
      "name='a;b'",
      "name='a--b'",
      "name='it''s'",
      "name=')'",
      '"name"=\'x\'',
      "os='a' /* b */",
      'os=$$a;$$',
    ])
      expect(kind(fine), fine).toBe('condition')
  })

  it('reads plain comparisons, and nothing that is more than that', () => {
    expect(comparisons("agents.os = 'linux'")).toEqual([{ column: 'os', key: null, operator: '=', value: 'linux' }])
    expect(comparisons("os='linux' AND agents.name LIKE 'it''s AND%'")).toEqual([
      { column: 'os', key: null, operator: '=', value: 'linux' },
      { column: 'name', key: null, operator: 'LIKE', value: "it's AND%" },
    ])
    expect(comparisons("agents.tags->>'operator' = 'webops'")).toEqual([
      { column: 'tags', key: 'operator', operator: '=', value: 'webops' },
    ])
    for (const more of [
      "os='linux' OR os='darwin'",
      "NOT os='linux'",
      "os<>'linux'",
      "lower(name)='x'",
      "name='a'::text",
      "status='online'",
      "os->>'a'='b'",
      "tags='x'",
      "name='a' AND heartbeattime > now() - interval '1 minute'",
      "name=E'\\x41'",
      "id in (select agentid from commands where status='done')",
    ])
      expect(comparisons(more), more).toBeNull()
  })

  it('takes any text without failing, and reads no comparison out of a quoted one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['condition', 'empty', 'word', 'broken']).toContain(targetShape(text).kind)
        const literal = text.replaceAll("'", "''")
        if (/[$\\]|\/\*/.test(literal)) return
        expect(comparisons(`name = '${literal}'`)).toEqual([{ column: 'name', key: null, operator: '=', value: text }])
      }),
    )
  })
})

describe('namesOs', () => {
  it('finds the column and not what is in quotes or another’s key', () => {
    for (const target of ["os='linux'", "agents.os LIKE 'l%'", "name='a' AND (os <> 'x')", "os in ('a')"])
      expect(namesOs(target), target).toBe(true)
    for (const target of ["environment->>'os'='linux'", "name='os=1'", "hosts='x'", "x.os='linux'", 'pos = 1'])
      expect(namesOs(target), target).toBe(false)
  })
})
