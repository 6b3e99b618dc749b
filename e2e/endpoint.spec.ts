import { run } from '@/lib/testing/database'
import { ownerUrl, readRows } from './database'
import { expect, test } from './fixtures'

/** An endpoint that was silent within its history and is heard now, by the row that stands for it. */
async function returned(): Promise<{ id: string; queueloc: string }> {
  const [row] = await readRows<{ id: string; queueloc: string }>(
    `SELECT trunc(e.agent_id)::text AS id, e.queueloc FROM dashboard.endpoint e
     WHERE e.kind = 'heard' AND EXISTS (
       SELECT 1 FROM dashboard.endpoint_span s WHERE s.queueloc = e.queueloc AND s.kind = 'heard'
         AND s.until - s.last_seen > interval '2 hours' AND s.until > now() - interval '50 days')
     ORDER BY e.queueloc LIMIT 1`,
  )
  if (!row) throw new Error('no endpoint that was silent and came back')
  return row
}

test.describe('an endpoint', () => {
  test('shows its days as a calendar that keys and links lead through, and as a table', async ({ page }) => {
    const { id } = await returned()
    await page.goto(`/agents/${id}`)
    const strip = page.getByRole('group', { name: 'Days of this endpoint, a week a column' })
    const days = strip.getByRole('link')
    const count = await days.count()
    expect(count).toBeGreaterThan(30)
    await expect(strip.locator('a[tabindex="0"]')).toHaveCount(1)

    await days.last().focus()
    await page.keyboard.press('ArrowLeft')
    await expect(days.nth(count - 8)).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(days.nth(count - 9)).toBeFocused()
    await page.keyboard.press('Home')
    await expect(days.first()).toBeFocused()
    await page.keyboard.press('End')
    await expect(days.last()).toBeFocused()

    await page.getByText('The days as a table').click()
    const table = page.getByRole('table', { name: 'Days of this endpoint' })
    await expect(table.getByRole('row')).toHaveCount(count + 1)
    const silent = table.getByRole('row').filter({ hasText: 'unreachable' }).first()
    const day = await silent.getByRole('rowheader').innerText()
    await expect(strip.getByRole('link', { name: `${day}: unreachable` })).toHaveCount(1)
    await silent.getByRole('link').click()
    await page.waitForURL((url) => url.searchParams.get('day') === day && url.hash === '#day')
    const panel = page.getByRole('region', { name: day })
    await expect(panel.getByText('unreachable').first()).toBeVisible()
    await expect(strip.locator('[aria-current="date"]')).toHaveCount(1)
    await expect(panel.getByRole('link', { name: 'Commands sent on this day' })).toBeVisible()
  })

  test('explains its state with the thresholds, and marks the one that holds', async ({ page }) => {
    const { id } = await returned()
    await page.goto(`/agents/${id}`)
    await page.getByText('How the state is found').click()
    const rule = page.getByRole('table', { name: /^The states, their rules/ })
    await expect(rule.locator('[aria-current="true"]')).toHaveCount(1)
    await expect(rule).toContainText('two periods of')
    await expect(rule).toContainText('the agent time-out')
  })

  test('lists the commands that it missed while it was silent', async ({ page }) => {
    const owner = ownerUrl(process.env.E2E_DATA_DIR ?? '')
    const [action, ...commands] = ['7000000000000000001', '7000000000000000002', '7000000000000000003']
    const [silent] = await readRows<{ id: string }>(
      `SELECT trunc(max(id))::text AS id FROM public.agents GROUP BY queueloc
       HAVING count(*) = 1 AND max(heartbeattime) BETWEEN now() - interval '20 days' AND now() - interval '3 hours'
       ORDER BY queueloc LIMIT 1`,
    )
    if (!silent) throw new Error('no endpoint that is silent')
    try {
      await run(
        owner,
        `INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, starttime, finishtime, status,
           pgpsignatures, sentctr)
         VALUES (${action}, 'Sent while it was silent', '', '[]', now() - interval '1 hour', now() + interval '1 hour',
           now() - interval '1 hour', '9998-01-11', 'inflight', '[]', 2);
         INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime)
         SELECT id, ${action}, ${silent.id}, status, 'null', now() - age, '9998-01-11'
         FROM (VALUES (${commands[0]}::numeric, 'sent', interval '1 hour'), (${commands[1]}, 'cancelled', interval '2 hours'))
           AS c (id, status, age)`,
      )
      await page.goto(`/agents/${silent.id}`)
      const missed = page.getByRole('table', { name: 'Missed commands of this endpoint' })
      for (const id of commands) await expect(missed.locator(`a[href*="${id}"]`)).not.toHaveCount(0)
    } finally {
      await run(
        owner,
        `DELETE FROM public.commands WHERE actionid = ${action}; DELETE FROM public.actions WHERE id = ${action}`,
      )
    }
  })

  test('says what a day or a number of days must be', async ({ page }) => {
    const { id } = await returned()
    for (const wrong of ['day=2026-02-30', 'day=tomorrow', 'days=7', 'what=1']) {
      await page.goto(`/agents/${id}?${wrong}`)
      await expect(page.getByRole('main').getByRole('link', { name: /clear|without/i }), wrong).toBeVisible()
    }
  })
})

test.describe('groups of agents', () => {
  test('add up, lead to exactly their rows, and are exported', async ({ page, request }) => {
    await page.goto('/agents')
    await page.getByLabel('Group by').fill('tag:operator')
    await page.getByRole('button', { name: 'Group', exact: true }).click()
    await page.waitForURL((url) => url.pathname === '/agents/groups' && url.searchParams.get('by') === 'tag:operator')
    type Exported = { group: string; count: number; gone: number }
    let groups: Exported[] = []
    // Other tests plant agents meanwhile.
    await expect(async () => {
      const export_ = await request.get('/agents/groups/export?by=tag:operator&format=ndjson')
      const lines = (await export_.text()).trim().split('\n')
      groups = lines.map((line) => JSON.parse(line) as Exported)
      await page.reload()
      const rows = page.getByRole('table', { name: 'Groups of agents' }).getByRole('row')
      expect(await rows.count()).toBe(groups.length + 1)
      const [all] = await readRows<{ n: string }>('SELECT count(DISTINCT queueloc) AS n FROM public.agents')
      expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(Number(all?.n))
    }).toPass({ intervals: [0, 500, 1000] })

    // Who is gone does not come and go while the test looks.
    const most = groups.reduce((a, b) => (b.gone > a.gone ? b : a))
    await page.goto(`/agents?in=${encodeURIComponent(most.group)}&state=gone`)
    await expect(page.getByTestId('total')).toContainText(new RegExp(`(^|of )${most.gone}( in all)?$`))
    await expect(page.getByRole('list', { name: 'In the groups' })).toBeVisible()
    await page.getByRole('link', { name: /^Leave out: / }).click()
    await page.waitForURL((url) => url.pathname === '/agents' && url.search === '?state=gone')
  })

  test('of an unknown key are a sentence, and no export', async ({ page, request, pageProblems }) => {
    await page.goto('/agents/groups?by=pid')
    await expect(page.getByText(/takes os, version, name/)).toBeVisible()
    await expect(page.getByRole('table')).toHaveCount(0)
    expect((await request.get('/agents/groups/export?by=pid')).status()).toBe(400)
    pageProblems.splice(0)
  })
})
