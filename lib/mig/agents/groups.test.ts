import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Group, groupOf, groupText, readGroup, readGroupKey, storedGroup } from './groups'
import { agentGroupList, agentList } from './search-params'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((one) => !one.includes('\0'))
const by = fc.oneof(
  fc.constantFrom({ column: 'os' } as const, { column: 'version' } as const, { column: 'name' } as const),
  fc.record({
    pair: fc.constantFrom('tag' as const, 'env' as const),
    key: fc.oneof(text, fc.constantFrom('a=b', '%', '%3D', '=')),
  }),
)
const group: fc.Arbitrary<Group> = fc.oneof(
  fc.record({ by, value: fc.option(fc.oneof(text, fc.constant(''), fc.constant('-'), fc.constant('!'))) }),
  fc.record({ unreadable: fc.constantFrom('tag' as const, 'env' as const) }),
)

it('reads every group from its text, and from what the SQL gives', () => {
  fc.assert(
    fc.property(group, (one) => {
      expect(readGroup(groupText(one))).toEqual(one)
      if ('by' in one) expect(groupOf(one.by, storedGroup(one))).toEqual(one)
    }),
  )
})

it('keeps every group through the address of the list', () => {
  fc.assert(
    fc.property(group, (one) => {
      const parsed = agentGroupList.parse({})
      if (!parsed.ok) throw new Error(parsed.problem)
      const href = agentList.href({ ...parsed.params, given: {} } as never, { filters: { in: groupText(one) } })
      const read = agentList.parse({ in: new URL(href, 'http://x').searchParams.getAll('in') })
      expect(read).toMatchObject({ ok: true, params: { filters: { in: [one] } } })
    }),
  )
})

it('knows no other keys', () => {
  for (const wrong of ['', 'pid', 'tag', 'tag:', 'toString', 'env:%zz', `tag:${'x'.repeat(101)}`])
    expect(readGroupKey(wrong), wrong).toBeNull()
  expect(agentGroupList.parse({ by: 'pid' })).toMatchObject({ ok: false })
  expect(agentList.parse({ in: 'pid=3' })).toMatchObject({ ok: false })
})
