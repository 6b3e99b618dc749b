import AxeBuilder from '@axe-core/playwright'
import { expect, hydrated, test } from './fixtures'
import { addressOf, LIST_ROUTES, PAGE_ROUTES } from './pages'

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

for (const route of PAGE_ROUTES)
  test(`${route} can be used by everybody, in light and dark`, async ({ page }) => {
    test.slow()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`${await addressOf(route)}${LIST_ROUTES.includes(route) ? '?size=25' : ''}`)
    await hydrated(page)
    const violations: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // What a theme changes is colours; all else is looked at once.
      const axe = new AxeBuilder({ page })
      const found = await (colorScheme === 'light'
        ? axe.withTags(STANDARD)
        : axe.withRules(['color-contrast'])
      ).analyze()
      for (const { id, help, nodes } of found.violations)
        violations.push(
          `${colorScheme}, ${id} (${help}): ${nodes
            .slice(0, 3)
            .map((node) => node.html.slice(0, 200))
            .join(' | ')}`,
        )
      expect(found.passes.length).toBeGreaterThan(colorScheme === 'light' ? 10 : 0)
    }
    expect(violations).toEqual([])
  })

test('the keyboard reaches the content, the list and its rows', async ({ page }) => {
  await page.goto('/actions')
  await hydrated(page)
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  const row = page.getByRole('rowheader').first().getByRole('link')
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/actions\/\d+$/)
})

test('the theme is chosen with a button and kept', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/actions')
  await hydrated(page)
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await colour()
  await page.getByRole('button', { name: /^Theme: system/ }).click()
  await page.getByRole('button', { name: /^Theme: light/ }).click()
  await expect(page.getByRole('button', { name: /^Theme: dark/ })).toBeVisible()
  expect(await colour()).not.toBe(light)
  const response = await page.reload()
  expect(await response?.text()).toContain('data-theme="dark"')
  expect(await colour()).not.toBe(light)
})
