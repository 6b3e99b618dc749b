import { readRows } from './database'
import { expect, test } from './fixtures'

// A figure is the one line of its link that is a number alone.
const figure = (text: string) => Number(/^[\d,]+$/m.exec(text)?.[0].replaceAll(',', ''))

test.describe('agents', () => {
  test('the states on the overview add up to the total, and each leads to as many endpoints', async ({ page }) => {
    await page.goto('/')
    const figures = page.getByRole('list', { name: 'Endpoints by state' }).getByRole('link')
    const links = await figures.evaluateAll((all) =>
      all.map((a) => [a.getAttribute('href') ?? '', (a as HTMLElement).innerText]),
    )
    const counts = new Map(links.map(([href, text = '']) => [href, figure(text)]))
    const total = counts.get('/agents?view=all') ?? 0
    expect(total).toBeGreaterThan(0)
    expect([...counts].reduce((sum, [href, n]) => sum + (href === '/agents?view=all' ? 0 : n), 0)).toBe(total)
    // The first screen answers what needs somebody too.
    await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeInViewport()
    // Gone endpoints are the ones that do not come and go while the test looks.
    await page.goto('/agents?state=gone')
    await expect(page.getByTestId('total')).toContainText(
      new RegExp(`(^|of )${counts.get('/agents?state=gone')}( in all)?$`),
    )
  })

  test('an endpoint is found by any form of any of its ids', async ({ page }) => {
    const [row] = await readRows<{ older: string; name: string; rows: string }>(
      `SELECT trunc(min(id))::text AS older, min(name) AS name, count(*) AS rows FROM public.agents
       GROUP BY queueloc HAVING count(*) > 1 AND min(name) = max(name) ORDER BY queueloc LIMIT 1`,
    )
    if (!row) throw new Error('no endpoint with two rows')
    await page.goto('/agents')
    await page.getByLabel('Id, in any form').fill(`${row.older}.00000000000000000`)
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.waitForURL(`**/agents/${row.older}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(row.name)
    const processes = page.getByRole('table', { name: 'Processes of this endpoint' })
    await expect(processes.getByRole('rowheader')).toHaveCount(Math.min(Number(row.rows), 100))
    await expect(processes.locator('[aria-current="true"]')).toHaveCount(1)
  })

  test('an id that is not there is not found', async ({ page, pageProblems }) => {
    const response = await page.goto('/agents/4242')
    expect(response?.status()).toBe(404)
    pageProblems.splice(0)
  })

  test('offline gives the names of the documented statement, and other windows say so', async ({ page, request }) => {
    await page.goto('/agents/offline')
    const export_ = await request.get('/agents/offline/export?format=ndjson')
    const names = (await export_.text())
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).name as string)
    const documented = await readRows<{ name: string }>(
      `SELECT name FROM public.agents WHERE heartbeattime >= NOW() - interval '30 days'
       GROUP BY name HAVING max(heartbeattime) < NOW() - interval '1 hour'`,
    )
    // Names on the edge of five minutes may cross it meanwhile; those of an hour do not.
    expect(names).toEqual(expect.arrayContaining(documented.map((row) => row.name)))
    await page.getByText('SQL behind this').click()
    await expect(page.getByText('SELECT DISTINCT(name) FROM agents').first()).toBeVisible()
    await page.goto('/agents/offline?silent=2h')
    await page.getByText('SQL behind this').click()
    await expect(page.getByText('This page asks for 2 h instead of 5 minutes.')).toBeVisible()
  })

  test('doubles lead to their processes', async ({ page }) => {
    await page.goto('/agents/doubles?window=90d')
    const first = page.getByRole('table', { name: 'Endpoints with more than one agent' }).getByRole('row').nth(1)
    const pid = first.getByRole('link', { name: /^pid / }).nth(1)
    const text = await pid.innerText()
    await pid.click()
    await page.waitForURL(/\/agents\/\d+$/)
    await expect(page.locator('[aria-current="true"]', { hasText: text })).toBeVisible()
  })

  test('the statement that ran for offline, pasted, gives the rows of the page', async ({ page }) => {
    await page.goto('/agents/offline?by=endpoint&size=25&silent=2h')
    await page.getByText('SQL behind this').click()
    const statement = await page
      .getByRole('figure', { name: 'the statement: offline endpoints', exact: true })
      .locator('pre')
      .innerText()
    const pasted = await readRows<{ name: string }>(statement)
    const shown = page.getByRole('table', { name: 'Offline endpoints' }).getByRole('rowheader')
    await expect(shown).toHaveCount(Math.min(pasted.length, 25))
    // Names with hidden characters are spelled out on the page.
    const plain = (names: string[]) => names.filter((name) => /^[\w.-]+$/.test(name))
    expect(plain(await shown.allInnerTexts())).toEqual(plain(pasted.slice(0, 25).map((row) => row.name)))
  })

  test('the two answers to offline are compared, and the rows of one alone are listed', async ({ page }) => {
    await page.goto('/agents/offline')
    const link = page.getByRole('link', { name: /missing by name$/ })
    const count = figure((await link.innerText()).replace(/ .*/, ''))
    await link.click()
    await page.waitForURL(/only=1/)
    const rows = page.getByRole('table', { name: 'Offline endpoints' }).getByRole('rowheader')
    await expect(rows).toHaveCount(Math.min(count, 50))
  })

  test('endpoints are filtered by a tag, and judged by thresholds of the address', async ({ page }) => {
    await page.goto('/agents')
    await page.getByText('More filters, and what the states are judged by').click()
    await page.getByLabel('Tag, key or key=value').fill('no-such-key=1')
    await page.getByLabel('Gone after').fill('1d')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.waitForURL(/tag=no-such-key/)
    await expect(page.getByText('gone after 1 d', { exact: false })).toBeVisible()
    await expect(page.getByRole('table', { name: 'Endpoints' }).getByRole('rowheader')).toHaveCount(0)
    await page.goto('/agents?tag=%3Dx')
    await expect(page.getByText('takes a key, or key=value')).toBeVisible()
  })
})
