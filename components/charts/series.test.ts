import { describe, expect, it } from 'vitest'
import { tickOf } from './point-label'
import { hrefOf, isGap, type Point } from './series'

const point: Point = { key: '2026-11-22T12:00:00Z', values: { online: 4, late: null } }

describe('a point', () => {
  it('is a gap when nothing is known of it', () => {
    expect(isGap(point)).toBe(false)
    expect(isGap({ key: 'x', values: {} })).toBe(true)
    expect(isGap({ key: 'x', values: { online: null } })).toBe(true)
    expect(isGap({ key: 'x', values: { online: 0 } })).toBe(false)
  })

  it('leads to the rows of a series, else of itself, and from a gap nowhere', () => {
    const links = { late: '/rows?at={at}&state=late', all: '/rows?at={at}' }
    expect(hrefOf(point, links, 'late')).toBe('/rows?at=2026-11-22T12%3A00%3A00Z&state=late')
    expect(hrefOf(point, links, 'online')).toBe('/rows?at=2026-11-22T12%3A00%3A00Z')
    expect(hrefOf(point, links)).toBe('/rows?at=2026-11-22T12%3A00%3A00Z')
    expect(hrefOf({ ...point, values: {} }, links, 'late')).toBeNull()
    expect(hrefOf({ ...point, href: '/one', hrefs: { late: '/late' } }, links, 'late')).toBe('/late')
    expect(hrefOf({ ...point, href: '/one' }, undefined, 'online')).toBe('/one')
    expect(hrefOf(point, undefined)).toBeNull()
  })

  it('stands on an axis of time in the zone of the reader', () => {
    expect(tickOf(point, { show: 'clock', zone: 'Asia/Kolkata' })).toBe('17:30')
    expect(tickOf(point, { show: 'both', zone: 'Asia/Kolkata' })).toBe('22 Nov 17:30')
    expect(tickOf({ ...point, key: '2026-11-22T20:00:00Z' }, { show: 'day', zone: 'Asia/Kolkata' })).toBe('23 Nov')
    expect(tickOf({ key: 'linux', label: 'Linux', values: {} }, undefined)).toBe('Linux')
  })
})
