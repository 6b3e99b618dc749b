import { parseMetrics } from '../lib/testing/metrics-grammar'
import { readRows } from './database'
import { expect, test } from './fixtures'
import { send } from './raw-http'

const OPEN = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3' }

test.describe('the metrics', () => {
  test('are read without signing in on this machine, in both formats, and hold the fleet', async () => {
    const plain = await send('/metrics', { headers: { cookie: null } })
    expect(plain.status).toBe(200)
    expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const families = parseMetrics(plain.body)
    const open = await send('/metrics', { headers: { cookie: null, ...OPEN } })
    expect(parseMetrics(open.body, true).has('mig_dashboard_responses')).toBe(true)

    // The count that the pages show, which may be made anew between the two looks.
    await expect(async () => {
      const [row] = await readRows<{ n: number }>(
        `SELECT (figures ->> 'endpoints')::integer AS n FROM dashboard.fleet ORDER BY made_at DESC LIMIT 1`,
      )
      const endpoints = parseMetrics((await send('/metrics')).body).get('mig_endpoints')?.samples ?? []
      expect(row?.n).toBeGreaterThan(0)
      expect(endpoints.reduce((sum, { value }) => sum + value, 0)).toBe(row?.n)
    }).toPass({ intervals: [0, 500, 1000] })
    expect(families.get('mig_spool_files')?.samples.length).toBeGreaterThan(5)
    for (const { labels, value } of families.get('mig_dashboard_part_readable')?.samples ?? [])
      expect(value, labels.part).toBe(1)
  })

  test('time the answers of this site by area', async () => {
    const loads = async () => {
      const families = parseMetrics((await send('/metrics')).body)
      const samples = families.get('mig_dashboard_request_duration_seconds')?.samples ?? []
      return (
        samples.find(
          ({ name, labels }) => name.endsWith('_count') && labels.area === 'agents' && labels.kind === 'export',
        )?.value ?? 0
      )
    }
    const before = await loads()
    await send('/agents/offline/export?format=csv')
    await expect.poll(loads).toBeGreaterThan(before)
    // An address that somebody made up is no label.
    await send('/made-up-by-a-stranger')
    expect((await send('/metrics')).body).not.toContain('stranger')
  })

  test('are refused to what a proxy forwarded, and to a wrong token', async () => {
    const forwarded = await send('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(forwarded.status).toBe(403)
    expect(forwarded.body).not.toContain('mig_endpoints')
    const wrong = await send('/metrics', { headers: { authorization: `Bearer ${'x'.repeat(43)}` } })
    expect(wrong.status).toBe(401)
    expect(wrong.headers['www-authenticate']).toContain('Bearer')
  })
})
