import { expect, test } from './fixtures'

test('lint: every check says how much it found, and leads to exactly that', async ({ page }) => {
  await page.goto('/acl/lint')
  const checks = page.getByRole('list', { name: 'Checks' }).getByRole('link')
  await expect(checks).toHaveCount(9)
  const words = await checks.allInnerTexts()
  let findings = 0
  for (let i = 0; i < words.length; i++) {
    const unmarked = words[i]?.includes('no module is marked')
    const figure = unmarked ? 0 : Number(/([\d,]+)$/.exec(words[i] ?? '')?.[1]?.replaceAll(',', ''))
    findings += figure
    await checks.nth(i).click()
    await expect(page).toHaveURL(/check=/)
    await expect(checks.nth(i)).toHaveAttribute('aria-current', 'true')
    if (unmarked) await expect(page.getByText('No module is marked sensitive')).toBeVisible()
    else if (figure === 0) await expect(page.getByText('Nothing found')).toBeVisible()
    else await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(Math.min(figure, 50))
  }
  // The demo has a minimum of 9, one of 0, a rule without weights, and rules left behind.
  expect(findings).toBeGreaterThan(3)
})

test('lint: a filter that is not there is a sentence', async ({ page }) => {
  await page.goto('/acl/lint?check=nothing')
  await expect(page.getByText(/The filter "check" knows/)).toBeVisible()
  await page.goto('/acl/lint?check=dead&without=2')
  await expect(page.getByText(/goes with the check "unreachable" only/)).toBeVisible()
})
