import { expect, hydrated, test } from './fixtures'

test.use({ timezoneId: 'Asia/Kolkata' })

test('times are in the browser’s zone, and in UTC when one wants', async ({ page }) => {
  await page.goto('/audit')
  await hydrated(page)
  await page.reload()
  const title = page.getByRole('main').locator('tbody time').first()
  await expect(title).toHaveAttribute('title', /GMT\+5:30/)
  const menu = page.getByRole('button', { name: /^Signed in as/ })
  await menu.click()
  await expect(page.getByText(/^Times are in Asia.(Kolkata|Calcutta)$/)).toBeVisible()
  await page.getByRole('button', { name: 'Show them in UTC' }).click()
  await expect(title).toHaveAttribute('title', /^[^+]* UTC$/)
  await page.reload()
  await expect(title).toHaveAttribute('title', /^[^+]* UTC$/)
  await menu.click()
  await page.getByRole('button', { name: /^Show them in Asia.(Kolkata|Calcutta)$/ }).click()
  await expect(title).toHaveAttribute('title', /GMT\+5:30/)
})
