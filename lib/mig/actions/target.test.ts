import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { strangeNames, targetShape } from './target'

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

describe('strangeNames', () => {
  const columns = ['id', 'name', 'queueloc', 'os', 'version', 'pid', 'heartbeattime', 'status', 'environment', 'tags']
  const names = (target: string) => strangeNames(target, columns).map(({ name, sure }) => `${name}${sure ? '!' : ''}`)

  it('finds columns that the agents table does not have', () => {
    expect(names("agents.ident ILIKE '%ubuntu%'")).toEqual(['ident!'])
    expect(names("tags->>operator = 'dbops'")).toEqual(['operator'])
    expect(names('status=online')).toEqual(['online'])
    expect(names("host = 'a' AND (agents . nosuch = 'b' OR OS='x')")).toEqual(['host', 'nosuch!'])
    expect(strangeNames("agents.os='linux'", ['id', 'name'])).toEqual([{ name: 'os', sure: true }])
  })

  it('leaves alone what is SQL, or in quotes, or of another table', () => {
    for (const target of [
      "agents.os='linux' AND NOT name LIKE '%lab%'",
      "heartbeattime > now() - interval '1 minute'",
      "environment->>'ident' ILIKE '%ubuntu%'",
      "lower(name) IN ('a', 'b') OR pid BETWEEN 1 AND 9 OR status IS NOT NULL",
      "name='x'::text AND os = ANY(ARRAY['a'])",
      'id IN (SELECT agentid FROM commands WHERE actionid = 7 AND agents.pid > 1)',
      "CASE WHEN os='a' THEN true ELSE false END",
      "name = 'nosuch = 1'",
      'name = $$nosuch$$',
    ])
      expect(names(target), target).toEqual([])
    expect(names('id IN (SELECT agentid FROM commands WHERE agents.nosuch = 1)')).toEqual(['nosuch!'])
  })
})
