import { expect, hydrated, test } from './fixtures'
import { addressOf, PAGE_ROUTES, routeOf } from './pages'

const WIDE = { width: 1440, height: 900 }
/** What a page zoomed to 200 % has of it. */
const HALF = { width: 720, height: 450 }
const PHONE = { width: 390, height: 844 }
const linksSeen = new Set<string>()

/** Runs in the page: adds up how far what was drawn is moved by what comes after it. */
function addShifts(): void {
  const sum = Object.assign(window, { shift: 0 })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) sum.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
}

for (const route of PAGE_ROUTES)
  test(`${route} is whole, quiet and fits its window`, async ({ page, request }) => {
    await page.setViewportSize(WIDE)
    await page.addInitScript(addShifts)
    const response = await page.goto(await addressOf(route))
    expect(response?.status()).toBe(200)
    const headers = response?.headers() ?? {}
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{16,}' 'strict-dynamic'(;|$)/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("object-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['cache-control']).toContain('no-store')
    expect(headers).not.toHaveProperty('x-powered-by')

    await expect(page).toHaveTitle(/^\S.* · MIG dashboard$|^MIG dashboard$/)
    await expect(page.getByRole('main')).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).not.toBeEmpty()
    await page.waitForLoadState('networkidle')
    await hydrated(page)
    const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift)
    expect(shift, 'cumulative layout shift').toBeLessThanOrEqual(0.05)
    for (const size of [WIDE, HALF, PHONE]) {
      await page.setViewportSize(size)
      const { content, window } = await page.evaluate(() => ({
        content: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
      }))
      expect(content, `sideways scroll at ${size.width}`).toBeLessThanOrEqual(window)
    }

    const hrefs = await page
      .locator('a[href^="/"]')
      .evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''))
    for (const href of new Set(hrefs)) {
      // One link of a kind is enough: the kind is the route and the names of its parameters.
      const { pathname, searchParams } = new URL(href, 'http://site')
      const kind = `${routeOf(pathname)}?${[...new Set(searchParams.keys())].sort().join('&')}`
      if (linksSeen.has(kind)) continue
      linksSeen.add(kind)
      const answer = await request.head(href)
      expect(answer.status(), `the link ${href} of ${page.url()}`).toBe(200)
    }
  })

test('the sidebar leads through all areas without loading anew', async ({ page, pageProblems }) => {
  await page.setViewportSize(WIDE)
  await page.goto('/')
  await hydrated(page)
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  const areas = page.getByRole('navigation', { name: 'Areas' })
  const hrefs = await areas
    .getByRole('listitem')
    .getByRole('link')
    .evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''))
    // Counts lead to what they count.
    .then((all) => all.filter((href) => !href.includes('?')))
  expect(hrefs.length).toBeGreaterThan(8)
  for (const href of [...hrefs.slice(1), '/']) {
    const link = areas.getByRole('listitem').locator(`a[href="${href}"]`)
    await link.click()
    await expect(page).toHaveURL(href)
    await expect(link).toHaveAttribute('aria-current', 'page')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(pageProblems, href).toEqual([])
  }
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
  await page.goBack()
  await expect(page).toHaveURL(hrefs.at(-1) ?? '')
})

test('on a phone the areas are a sheet that opens and closes', async ({ page }) => {
  await page.setViewportSize(PHONE)
  await page.goto('/actions')
  const areas = page.getByRole('navigation', { name: 'Areas' })
  await expect(areas).toBeHidden()
  await page.getByRole('button', { name: 'Areas', exact: true }).click()
  await expect(areas).toBeVisible()
  await areas.getByRole('link', { name: 'Commands' }).click()
  await expect(page).toHaveURL('/commands')
  await expect(areas).toBeHidden()
})

test('an unknown address is a 404 page with the frame', async ({ page, pageProblems }) => {
  const response = await page.goto('/no/such/page')
  expect(response?.status()).toBe(404)
  expect(response?.headers()['content-security-policy']).toContain("frame-ancestors 'none'")
  await expect(page.getByRole('main')).toContainText('There is nothing here')
  await page.waitForLoadState('networkidle')
  const problems = pageProblems.splice(0)
  expect(problems[0]).toMatch(/404 .*\/no\/such\/page\)$/)
  // The browser draws this page, for a moment without its icon; some then look for one at the usual place.
  expect(problems.slice(1).filter((problem) => !problem.endsWith('/favicon.ico)'))).toEqual([])
})
