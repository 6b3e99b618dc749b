import { expect, test } from './fixtures'

test('the first page comes up with its frame', async ({ page }) => {
  const response = await page.goto('/')
  expect(response?.status()).toBe(200)
  await expect(page.getByRole('navigation').first()).toBeVisible()
  await expect(page.getByRole('main')).toBeVisible()
})
