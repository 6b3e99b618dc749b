import type { Page } from '@playwright/test'
import { expect, hydrated, test } from './fixtures'

/** The ids that a list of the form offers. */
const idsOf = (page: Page, label: string) =>
  page
    .getByLabel(label)
    .getByRole('option')
    .evaluateAll((options) => options.map((one) => (one as HTMLOptionElement).value).filter((id) => id !== ''))

test('what if: a question is asked, and every figure leads to exactly its endpoints', async ({ page }) => {
  await page.goto('/acl/what-if')
  await hydrated(page)
  await expect(page.getByText('Choose who signs and what runs')).toBeVisible()
  await page.getByLabel('Signature 1').selectOption({ index: 1 })
  await page.getByLabel('Module 1').selectOption({ index: 2 })
  await page.getByRole('button', { name: 'Judge the fleet' }).click()
  await expect(page).toHaveURL(/signer=\d+&.*module=\d+/)

  const verdicts = page.getByRole('list', { name: /^Verdicts/ }).getByRole('link')
  const words = await verdicts.allInnerTexts()
  expect(words.length).toBeGreaterThan(2)
  let sum = 0
  for (let i = 0; i < words.length; i++) {
    const figure = Number(/\n([\d,]+)/.exec(words[i] ?? '')?.[1]?.replaceAll(',', ''))
    const differs = words[i]?.includes('all the same')
    if (!differs) sum += figure
    await verdicts.nth(i).click()
    await expect(page).toHaveURL(differs ? /differs=(runs|refuses)/ : /outcome=/)
    const rows = page.getByRole('main').getByRole('rowheader')
    await expect(rows).toHaveCount(Math.min(figure, 50))
    if (figure > 50)
      await expect(page.getByRole('navigation', { name: 'Pages' })).toContainText(figure.toLocaleString('en-GB'))
  }
  const total = await page.getByText(/^of [\d,]+ endpoints$/).innerText()
  expect(sum).toBe(Number(total.replace(/\D/g, '')))
})

test('what if: an action brings its signers and modules along', async ({ page }) => {
  await page.goto('/actions?status=completed&module=filechecker')
  await page.getByRole('main').getByRole('rowheader').first().getByRole('link').click()
  await page.getByRole('link', { name: 'Which endpoints would accept it by the ACL' }).click()
  await expect(page).toHaveURL(/\/acl\/what-if\?action=\d+$/)
  await expect(page.getByText(/[Ss]igned by .*, running .*filechecker/)).toBeVisible()
  await expect(page.getByRole('list', { name: 'Rule books' }).getByRole('listitem')).toHaveCount(3)
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })
  test('what if: the order of the modules and a repeated signer are asked for', async ({ page }) => {
    await page.goto('/acl/what-if')
    const [signer = ''] = await idsOf(page, 'Signature 1')
    const [, first = '', second = ''] = await idsOf(page, 'Module 1')
    await page.getByLabel('Signature 1').selectOption(signer)
    await page.getByLabel('Module 1').selectOption(second)
    await page.getByLabel('Module 2').selectOption(first)
    await page.getByRole('button', { name: 'Judge the fleet' }).click()
    await expect(page.getByLabel('Module 1')).toHaveValue(second)
    await expect(page.getByLabel('Module 2')).toHaveValue(first)
    await expect(page.getByText(/refused by every agent/)).toHaveCount(0)
    await page.getByLabel('Signature 2').selectOption(signer)
    await page.getByRole('combobox', { name: 'Rule book' }).selectOption('2019')
    await page.getByRole('button', { name: 'Judge the fleet' }).click()
    await expect(page.getByText(/\(2 signatures\)/)).toBeVisible()
    await expect(page.getByText('2019 agents: refused by every agent')).toBeVisible()
  })
})

test('what if: each "short by" leads to exactly its endpoints', async ({ page }) => {
  await page.goto('/acl/what-if')
  const [signers, modules] = [await idsOf(page, 'Signature 1'), await idsOf(page, 'Module 1')]
  const figures = page.getByRole('list', { name: 'Short by' }).getByRole('link')
  for (const signer of signers) {
    await page.goto(`/acl/what-if?signer=${signer}&module=${modules[1]}`)
    if ((await figures.count()) > 0) break
  }
  const words = await figures.allInnerTexts()
  expect(words.length).toBeGreaterThan(0)
  for (let i = 0; i < words.length; i++) {
    const count = Number(/: ([\d,]+)/.exec(words[i] ?? '')?.[1]?.replaceAll(',', ''))
    const by = /^by [\d,]+/.exec(words[i] ?? '')?.[0] ?? ''
    await figures.nth(i).click()
    await expect(page).toHaveURL(/short=\d+/)
    await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(Math.min(count, 50))
    if (!words[i]?.includes('or more'))
      await expect(page.getByRole('main').getByText(`short ${by}`).first()).toBeVisible()
  }
})

test('what if: two signers are refused by agents of 2014, and an unknown module is a sentence', async ({ page }) => {
  await page.goto('/acl/what-if')
  const [signers, modules] = [await idsOf(page, 'Signature 1'), await idsOf(page, 'Module 1')]
  await page.goto(`/acl/what-if?signer=${signers[0]},${signers[1]}&module=${modules[1]}&book=2014`)
  await expect(page.getByText('2014 agents as built: refused by every agent')).toBeVisible()
  await page.goto(`/acl/what-if?signer=${signers[0]}&module=987654`)
  await expect(page.getByText('There is no module 987654')).toBeVisible()
})

test('what if: who else would have to sign, and why one endpoint refuses, line by line', async ({ page }) => {
  await page.goto('/acl/what-if')
  const [signers, modules] = [await idsOf(page, 'Signature 1'), await idsOf(page, 'Module 1')]
  // Somebody who is short somewhere: whoever it is, the figures say so.
  let found = false
  for (const signer of signers) {
    await page.goto(`/acl/what-if?signer=${signer}&module=${modules[1]}`)
    found = await page.getByRole('link', { name: 'Who else would have to sign' }).isVisible()
    if (found) break
  }
  expect(found).toBe(true)
  await page.getByRole('link', { name: 'Who else would have to sign' }).click()
  await expect(page).toHaveURL(/\/acl\/what-if\/sets\?signer=/)
  await expect(page.getByRole('heading', { name: 'Best single further signer' })).toBeVisible()
  const groups = page.getByRole('table', { name: /Groups of endpoints/ })
  const figure = groups.getByRole('row').nth(1).getByRole('cell').first().getByRole('link')
  const size = Number((await figure.innerText()).replace(/\D/g, ''))
  await figure.click()
  await expect(page).toHaveURL(/\/acl\/what-if\?signer=.*like=\d+/)
  await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(Math.min(size, 50))
  await expect(page.getByText(/^Only endpoints with the same rules as/)).toBeVisible()
  await page.getByRole('link', { name: 'Who else would have to sign' }).click()
  await expect(page).toHaveURL(/\/acl\/what-if\/sets\?signer=\d+&module=\d+$/)
  await groups.getByRole('rowheader').first().getByRole('link').click()
  await expect(page).toHaveURL(/\/acl\/what-if\/endpoint\?agent=\d+&signer=/)
  const line = page
    .getByRole('table', { name: /module by module/ })
    .getByRole('row')
    .nth(1)
  await expect(line).toContainText(/short by \d+/)
  await expect(page.getByRole('list', { name: 'Rule books' }).getByRole('listitem')).toHaveCount(3)
  await expect(page.getByRole('heading', { name: 'Who else would have to sign' })).toBeVisible()
})
