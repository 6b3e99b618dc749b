import { expect, hydrated, test } from './fixtures'

test.use({ locale: 'de-DE' })

const GERMAN = /^[\d.]+ of (more than )?\d{1,3}(\.\d{3})+$/
const ENGLISH = /^[\d,]+ of (more than )?\d{1,3}(,\d{3})+$/

test('numbers are written as the browser wants them, or plainly when one wants', async ({ page }) => {
  await page.goto('/commands')
  await hydrated(page)
  const total = page.getByTestId('total')
  await expect(total).toHaveText(GERMAN)
  const menu = page.getByRole('button', { name: /^Signed in as/ })
  await menu.click()
  await page.getByRole('button', { name: 'Show 1,234,567.8 · 31 Dec 2026' }).click()
  await expect(total).toHaveText(ENGLISH)
  await page.reload()
  await expect(total).toHaveText(ENGLISH)
  await menu.click()
  await page.getByRole('button', { name: 'Show 1.234.567,8 · 31 Dec 2026' }).click()
  await expect(total).toHaveText(GERMAN)
})

test('the browser draws what the server wrote, and exact moments look as everywhere', async ({ page }) => {
  // A difference between both is an error in the console, which fails the test.
  for (const address of ['/', '/agents/health', '/acl/bulk', '/investigators/add']) {
    await page.goto(address)
    await hydrated(page)
  }
  await page.goto('/audit')
  const moment = page.getByRole('main').locator('tbody time').first()
  await expect(moment).toHaveAttribute('title', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.?\d* UTC/)
})
