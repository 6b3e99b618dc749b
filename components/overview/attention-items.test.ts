import { describe, expect, it } from 'vitest'
import { LINT_CHECKS } from '@/lib/mig/acl/lint-checks'
import type { Instant } from '@/lib/mig/wire/time'
import { attentionItems } from './attention-items'

type Found = Parameters<typeof attentionItems>[0]

const total = (count: number) => ({ count, more: false })
const warning = (name: string, days: 1 | 7 | 30 | null) =>
  ({ id: '1', name, state: days === null ? 'revoked' : 'expiring', expires: null, days }) as Found['keys'][number]
const since = '2026-11-22T10:00:00Z' as Instant
const nothing: Found = { attention: { reasons: [], failed: { ...total(0), since } }, spool: null, lint: null, keys: [] }

describe('attentionItems', () => {
  it('is empty when there is nothing', () => {
    expect(attentionItems(nothing)).toEqual([])
  })

  it('begins with what holds all of MIG up, and says what is bad before what is not', () => {
    const items = attentionItems({
      attention: {
        reasons: [
          { reason: 'A9', total: total(1) },
          { reason: 'A3', total: total(2) },
        ],
        failed: { ...total(97), since },
      },
      spool: {
        overview: { states: [] },
        signs: {
          neverPickedUp: null,
          leftOut: null,
          failures: { ...total(3), about: true },
          overdue: { ...total(3), span: 120_000, poison: [] },
        },
      } as unknown as Found['spool'],
      lint: Object.fromEntries(LINT_CHECKS.map((check) => [check, { count: check === 'below-one' ? 1 : 0 }])) as never,
      keys: [warning('Noor Haddad', null), warning('Ada Okafor', 30)],
    })
    expect(items.map(({ key }) => key)).toEqual(['A8', 'A3', 'keys', 'below-one', 'failed', 'A7', 'A9'])
  })

  it('tells keys that failed from keys that expire', () => {
    const keysOf = (...keys: Found['keys'][number][]) => attentionItems({ ...nothing, keys })[0]
    expect(keysOf(warning('a', null), warning('b', 7))?.link).toBe('1 key failed, 1 key expires within 30 days')
    expect(keysOf(warning('a', 30), warning('b', 7))).toMatchObject({
      tone: 'attention',
      link: '2 keys expire within 30 days',
    })
    expect(keysOf(warning('a', 1))?.tone).toBe('bad')
  })
})
