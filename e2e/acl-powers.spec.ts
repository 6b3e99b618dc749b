import { expect, hydrated, test } from './fixtures'

const figure = (text: string) => Number(text.replace(/\D/g, ''))

test('an investigator’s power: each figure leads to exactly its rules', async ({ page }) => {
  await page.goto('/investigators/2')
  const table = page.getByRole('table', { name: 'What this person may run, by module' })
  const links = table.getByRole('link')
  expect(await links.count()).toBeGreaterThan(2)
  const figures = await links.allInnerTexts()
  for (const i of [0, figures.length - 1]) {
    await page.goto('/investigators/2')
    await hydrated(page)
    await links.nth(i).click()
    await expect(page).toHaveURL(/\/acl\/powers\?investigator=2&how=\w+&module=\d+/)
    const count = figure(figures[i] ?? '')
    await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(Math.min(count, 50))
    await expect(page.getByTestId('total')).toContainText(count.toLocaleString('en-GB'))
  }
})

test('an endpoint says who can run what, and a person what becomes of the ACL without the key', async ({ page }) => {
  await page.goto('/investigators/2')
  await expect(page.getByText(/Without this key/).first()).toBeVisible()
  await page.getByRole('table', { name: 'What this person may run, by module' }).getByRole('link').first().click()
  await page.getByRole('main').getByRole('rowheader').first().getByRole('link').click()
  await expect(page).toHaveURL(/\/agents\/\d+/)
  const here = page.getByRole('table', { name: 'Who can run what here' })
  await expect(here.getByRole('rowheader').first()).toBeVisible()
  await expect(here.getByText('default', { exact: true })).toBeVisible()
})

test('the endpoints whose ACL file changes without a key are exactly those that are counted', async ({ page }) => {
  await page.goto('/investigators/2')
  const link = page.locator('a[href="/acl/files/endpoints?lists=2"]').first()
  const count = figure(await link.innerText())
  expect(count).toBeGreaterThan(0)
  await link.click()
  await expect(page.getByText(/whose ACL file lists the key of/)).toBeVisible()
  await expect(page.getByTestId('total')).toContainText(count.toLocaleString('en-GB'))
})

test('what is lost without a key is listed, and a stranger’s is a sentence', async ({ page }) => {
  await page.goto('/acl/lint?check=unreachable&without=2')
  await expect(page.getByText(/and not without, the key being that of/)).toBeVisible()
  await page.goto('/acl/powers?investigator=987654')
  await expect(page.getByText('There is no investigator 987654.')).toBeVisible()
})

test('the area has its parts as tabs, and its bare address leads to the first of them', async ({ page }) => {
  await page.goto('/acl')
  await expect(page).toHaveURL('/acl/requirements')
  const tabs = page.getByRole('navigation', { name: 'ACL' })
  await tabs.getByRole('link', { name: 'Powers' }).click()
  await expect(page).toHaveURL('/acl/powers')
  await expect(tabs.getByRole('link', { name: 'Powers' })).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('main').getByText('Choose an investigator')).toBeVisible()
  await tabs.getByRole('link', { name: 'Files' }).click()
  await expect(page).toHaveURL('/acl/files')
  await expect(page.getByRole('main').getByRole('link', { name: 'their files' })).toHaveCount(0)
})
