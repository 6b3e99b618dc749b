import type { Page } from '@playwright/test'
import { expect, hydrated, rowKeys, test } from './fixtures'
import { addressOf, LIST_ROUTES, PAGE_ROUTES, still } from './pages'

test.use({ javaScriptEnabled: false })

/** What a reader sees of the data: rows, sections, facts and the words of the links. */
async function seen(page: Page) {
  const main = page.getByRole('main')
  return {
    rows: await main.getByRole('row').count(),
    sections: await main.getByRole('heading', { level: 2 }).allInnerTexts(),
    facts: await main.locator('dt:visible').count(),
    links: await main.locator('a:visible').count(),
  }
}

for (const route of PAGE_ROUTES)
  test(`${route} shows the same data without scripts`, async ({ page, browser, baseURL }) => {
    const address = await addressOf(route)
    const context = await browser.newContext({ baseURL, javaScriptEnabled: true })
    const scripted = await context.newPage()
    // Other tests sign in and write meanwhile.
    await expect(async () => {
      await page.goto(address)
      const without = await seen(page)
      await expect(page.getByRole('main').locator('[aria-busy="true"]:visible')).toHaveCount(0)
      await scripted.goto(address)
      await hydrated(scripted)
      expect(without).toEqual(await seen(scripted))
    }).toPass({ intervals: [0, 500, 1000] })
    await context.close()
  })

test('the lists have rows', async ({ page }) => {
  for (const address of ['/actions', '/commands', '/agents', '/investigators']) {
    await page.goto(address)
    expect(await page.getByRole('row').count(), address).toBeGreaterThan(5)
  }
})

for (const route of LIST_ROUTES)
  test(`${route} is sorted, turned and widened by links and forms`, async ({ page }) => {
    const address = await addressOf(route)
    await page.goto(address)
    const main = page.getByRole('main')
    // A head may lead elsewhere besides: a module's to what it ran.
    const sorts = main.getByRole('columnheader').locator('a:not([href^="/actions?module="])')
    for (let i = 0; i < (await sorts.count()); i++) {
      const word = await sorts.nth(i).innerText()
      await sorts.nth(i).click()
      const head = main.getByRole('columnheader', { name: word, exact: true })
      await expect(head).toHaveAttribute('aria-sort', /^(ascending|descending)$/)
      const before = await head.getAttribute('aria-sort')
      await sorts.nth(i).click()
      await expect(head).toHaveAttribute('aria-sort', before === 'ascending' ? 'descending' : 'ascending')
    }

    const first = `${address}?${still(route)}&size=25`
    const pages = page.getByRole('navigation', { name: 'Pages' })
    const next = pages.getByRole('link', { name: 'Next' })
    await page.goto(first)
    if (await next.isVisible())
      // A list that changed by itself all the same is turned again.
      await expect(async () => {
        await page.goto(first)
        const before = await rowKeys(page)
        await next.click()
        await expect(pages.getByRole('link', { name: 'Previous' })).toBeVisible()
        expect(await rowKeys(page)).not.toEqual(before)
        await pages.getByRole('link', { name: 'Previous' }).click()
        await expect(pages.getByRole('link', { name: 'Previous' })).toBeHidden()
        const back = await rowKeys(page)
        await page.goto(first)
        expect(await rowKeys(page), 'the list stood still').toEqual(before)
        expect(back).toEqual(before)
      }).toPass({ intervals: [0, 500, 1000] })

    const chooser = main.getByRole('group').filter({ has: page.locator('summary', { hasText: 'Columns' }) })
    if ((await chooser.count()) > 0) {
      const before = await main.getByRole('columnheader').count()
      await chooser.locator('summary').click()
      const unset = chooser.getByRole('checkbox', { checked: false })
      const [box] = (await unset.count()) > 0 ? [unset.first()] : [chooser.getByRole('checkbox').last()]
      const more = !(await box.isChecked())
      await box.setChecked(more)
      await chooser.getByRole('button').click()
      await expect(main.getByRole('columnheader')).toHaveCount(before + (more ? 1 : -1))
    }
  })

test('on a phone the filters are behind a switch, and the list begins on the first screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/agents')
  const status = page.getByRole('combobox', { name: 'System' })
  await expect(status).toBeHidden()
  await expect(page.getByRole('row').nth(3)).toBeInViewport()
  await page.getByRole('checkbox', { name: 'Filters' }).press('Space')
  await status.selectOption('windows')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/[?&]os=windows(&|$)/)
  // One that is set stays in sight.
  await expect(status).toHaveValue('windows')
  await expect(status).toBeVisible()
})

test('a form filters, and clearing shows all again', async ({ page }) => {
  await page.goto('/actions')
  const total = await page.getByTestId('total').innerText()
  await page.getByRole('combobox', { name: 'Status' }).selectOption('completed')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/[?&]status=completed(&|$)/)
  const statuses = await page.getByRole('row').locator('td:nth-of-type(1)').allInnerTexts()
  expect(statuses.length).toBeGreaterThan(1)
  // What needs attention in a row stands below its status.
  expect(new Set(statuses.map((text) => text.split('\n', 1)[0]))).toEqual(new Set(['completed']))
  await expect(page.getByTestId('total')).not.toHaveText(total)
  await page.getByRole('link', { name: 'Clear filters' }).click()
  await expect(page.getByTestId('total')).toHaveText(total)
})
