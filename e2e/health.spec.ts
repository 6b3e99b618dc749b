import type { Page } from '@playwright/test'
import { expect, hydrated, test } from './fixtures'

const number = (text: string) => Number(/^[\d,]+$/m.exec(text)?.[0].replaceAll(',', ''))

/** How many rows a list says that it has; lists count up to 10,000. */
async function totalOf(page: Page): Promise<number> {
  const [, digits = ''] = /([\d,]+)(?: in all)?$/.exec(await page.getByTestId('total').innerText()) ?? []
  return Number(digits.replaceAll(',', ''))
}

/** Links of a strip of figures, with their numbers. */
async function figuresOf(page: Page, strip: string): Promise<Map<string, number>> {
  const links = await page
    .getByRole('list', { name: strip })
    .getByRole('link')
    .evaluateAll((all) => all.map((a) => [a.getAttribute('href') ?? '', (a as HTMLElement).innerText]))
  return new Map(links.map(([href = '', text = '']) => [href, number(text)]))
}

const ago = (hours: number) => `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)}Z`

const frame = (page: Page, question: string) =>
  page.getByRole('figure').filter({ has: page.getByRole('heading', { name: question }) })
const chartOf = (page: Page, question: string) => page.getByRole('application', { name: question })
const STATES = 'How many endpoints were in each state?'

/** The figures of a chart as its table says them: a moment as the table's machine-readable one, gaps as ''. */
async function tableOf(page: Page, question: string): Promise<string[][]> {
  await frame(page, question).getByText('The figures as a table').click()
  return frame(page, question)
    .getByRole('row')
    .evaluateAll((rows) =>
      rows.slice(1).map((row) =>
        [...row.children].map((cell) => {
          const time = cell.querySelector('time')
          const text = (cell.textContent ?? '').trim()
          return time ? time.dateTime : text === 'none' ? '' : text.replaceAll(',', '')
        }),
      ),
    )
}

test.describe('agent health', () => {
  test('says whether the fleet is fine, in figures that add up', async ({ page }) => {
    await page.goto('/agents/health')
    await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText(/fleet|endpoints|MIG/)
    const figures = await figuresOf(page, 'Endpoints by state')
    const total = figures.get('/agents?view=all') ?? 0
    expect(total).toBeGreaterThan(0)
    expect([...figures].reduce((sum, [href, n]) => sum + (href === '/agents?view=all' ? 0 : n), 0)).toBe(total)
  })

  test('every figure of a past moment leads to exactly as many rows', async ({ page }) => {
    await page.goto(`/agents/health?at=${ago(30)}`)
    await expect(page.getByText('You are looking at the past')).toBeVisible()
    const figures = await figuresOf(page, 'Endpoints by state')
    expect(figures.size).toBeGreaterThan(3)
    for (const [href, n] of figures) {
      await page.goto(href)
      expect(await totalOf(page), href).toBe(n)
    }
    await page.getByRole('link', { name: 'Back to now' }).click()
    await page.waitForURL(/\/agents$/)
  })

  test('a moment that cannot be shown is a sentence', async ({ page }) => {
    for (const [at, sentence] of [
      [ago(-5), 'lies in the future'],
      ['2014-09-15T21:18:00Z', 'The history begins at'],
      ['yesterday', 'takes a moment'],
    ] as const)
      for (const path of ['/agents/health', '/agents/health/endpoints']) {
        await page.goto(`${path}?at=${at}`)
        await expect(page.getByRole('main').getByRole('alert')).toContainText(sentence)
        await expect(page.getByRole('application')).toHaveCount(0)
      }
  })

  test('the range is a link, and the form looks at any moment', async ({ page }) => {
    await page.goto('/agents/health')
    await page.getByRole('navigation', { name: 'Range' }).getByRole('link', { name: '7d' }).click()
    await page.waitForURL('/agents/health?range=7d')
    await expect(page.getByText('the 7 days up to now')).toBeVisible()
    await page.getByLabel('at (UTC)').fill(ago(48).slice(0, 19))
    await page.getByRole('button', { name: 'Look' }).click()
    await page.waitForURL(/range=7d/)
    await expect(page.getByText('the 7 days up to that moment')).toBeVisible()
    await expect(page.getByText('You are looking at the past')).toBeVisible()
  })

  test('hours without samples are gaps, not zero', async ({ page }) => {
    // The demo's history has a gap of the 5 hours before nine days ago.
    await page.goto(`/agents/health?range=24h&at=${ago(8.5 * 24)}`)
    const rows = await tableOf(page, STATES)
    const gaps = rows.filter((row) => row.slice(1).every((cell) => cell === ''))
    expect(gaps.length).toBeGreaterThan(2)
    expect(gaps.length).toBeLessThan(rows.length / 2)
    await expect(frame(page, STATES).getByText('no samples')).toBeVisible()
  })

  for (const question of [STATES, 'How many were offline, as documented?', 'Which systems do they run?'])
    test(`the download of "${question}" is its table`, async ({ page, request }) => {
      await page.goto(`/agents/health?range=7d&at=${ago(26)}`)
      const href = await frame(page, question).getByRole('link', { name: /^CSV/ }).getAttribute('href')
      const csv = await (await request.get(href ?? '')).text()
      const [, ...lines] = csv.trimEnd().split('\r\n')
      expect(lines.length).toBeGreaterThan(1)
      expect(await tableOf(page, question)).toEqual(lines.map((line) => line.split(',')))
    })

  test('a chart is walked by keys alone, speaks, and opens the rows', async ({ page }) => {
    await page.goto(`/agents/health?at=${ago(28)}`)
    await hydrated(page)
    const chart = chartOf(page, STATES)
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    const spoken = chart.locator('[aria-live]')
    await expect(spoken).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*online [\d,]+/)
    const last = await spoken.innerText()
    await page.keyboard.press('ArrowLeft')
    await expect(spoken).not.toHaveText(last)
    await page.keyboard.press('End')
    await expect(spoken).toHaveText(last)
    await page.keyboard.press('ArrowDown')
    await expect(spoken).toHaveText(/: unreachable [\d,]+$/)
    const count = number((await spoken.innerText()).replace(/.* /, ''))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/agents\/health\/endpoints\?.*state=unreachable/)
    expect(await totalOf(page)).toBe(count)
  })

  test('a chart can be clicked: a bar leads to the rows behind it', async ({ page }) => {
    await page.goto(`/agents/health?at=${ago(27)}`)
    await hydrated(page)
    const chart = chartOf(page, 'Which systems do they run?')
    await expect(chart.locator('svg .recharts-bar-rectangle').first()).toBeVisible()
    await chart.click({ position: { x: 160, y: 20 } })
    await page.waitForURL(/\/agents\/health\/endpoints\?.*os=/)
    expect(await totalOf(page)).toBeGreaterThan(0)
  })

  test('what changed between two moments leads to exactly as many rows, and exports them', async ({
    page,
    request,
  }) => {
    await page.goto(`/agents/health/difference?from=${ago(74)}&to=${ago(26)}`)
    const figures = await figuresOf(page, 'Changes')
    expect(figures.size).toBe(5)
    expect([...figures.values()].some((n) => n > 0)).toBe(true)
    for (const [href, n] of figures) {
      await page.goto(href)
      expect(await totalOf(page), href).toBe(n)
    }
    const address = [...figures].find(([, n]) => n > 0)?.[0] ?? ''
    const lines = await (
      await request.get(`${address.replace('difference?', 'difference/export?')}&format=ndjson`)
    ).text()
    expect(lines.trimEnd().split('\n')).toHaveLength(figures.get(address) ?? -1)
    await page.goto(`/agents/health/difference?from=${ago(2)}&to=${ago(4)}`)
    await expect(page.getByRole('main').getByRole('alert')).toContainText('later than the second one')
  })

  test('the endpoints are judged by thresholds of the address, and their rows too', async ({ page }) => {
    await page.goto(`/agents/health?gone=2d&at=${ago(40)}`)
    await expect(page.getByText('gone after 2 d', { exact: false })).toBeVisible()
    const [href = '', n] =
      [...(await figuresOf(page, 'Endpoints by state'))].find(([one]) => one.includes('=gone')) ?? []
    expect(href).toContain('gone=2d')
    await page.goto(href)
    expect(await totalOf(page)).toBe(n)
  })

  test('the sidebar counts what is offline and double', async ({ page }) => {
    await page.goto('/agents/health')
    const areas = page.getByRole('navigation', { name: 'Areas' })
    await expect(areas.getByRole('link', { name: /^[\d,]+ names? offline$/ })).toBeVisible()
  })
})
