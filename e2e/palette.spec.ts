import AxeBuilder from '@axe-core/playwright'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

const FIELD = { name: 'Search pages, ids, names, fingerprints and files' }

test('Ctrl-K leads to an agent by the beginning of its name, and gives the focus back', async ({ page }) => {
  const [agent] = await readRows<{ name: string }>(
    `SELECT name FROM public.agents WHERE name ~ '^[a-z0-9.-]{8,}$' ORDER BY name LIMIT 1`,
  )
  const name = agent?.name ?? ''
  await page.goto('/actions')
  await hydrated(page)
  await page.getByRole('link', { name: 'Search', exact: true }).focus()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', FIELD)
  await expect(field).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Search', exact: true })).toBeFocused()

  await page.keyboard.press('Control+k')
  await field.fill(name)
  const option = page.getByRole('option', { name: new RegExp(`^${name}`) }).first()
  await expect(option).toBeVisible()
  const found = await new AxeBuilder({ page }).include('dialog').analyze()
  expect(found.violations).toEqual([])
  await expect(option).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/agents\/\d+$/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
})

test('a search that fails says so, and is no empty answer', async ({ page, pageProblems }) => {
  await page.goto('/')
  await hydrated(page)
  await page.route('**/search/answer?*', (route) => route.fulfill({ status: 503, body: 'The database is away.' }))
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', FIELD).fill('zzzz')
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('The database is away.')
  await expect(page.getByText('Nothing is called')).toHaveCount(0)
  await page.unroute('**/search/answer?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('Nothing is called "zzzz"')).toBeVisible()
  pageProblems.splice(0)
})

test('the search closes when the focus leaves it, and by a click beside it alone', async ({ page }) => {
  await page.goto('/actions')
  await hydrated(page)
  const dialog = page.getByRole('dialog', { name: 'Search' })
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', FIELD)).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(dialog.getByRole('button', { name: 'Close the search' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(dialog).toHaveCount(0)
  await expect(page.locator(':focus')).toHaveCount(1)

  await page.keyboard.press('Control+k')
  await expect(dialog).toBeVisible()
  const link = await page.getByRole('rowheader').getByRole('link').first().boundingBox()
  await page.mouse.click((link?.x ?? 0) + 2, (link?.y ?? 0) + 2)
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL('/actions')
})

test('what only an admin may do is offered to an admin only', async ({ page }) => {
  await page.goto('/search?q=add+an+investigator')
  await expect(page.getByRole('main').getByRole('link', { name: 'Add an investigator' })).toBeVisible()
})

test.describe('as an investigator', () => {
  test.use({ role: 'investigator' })
  test('what only an admin may do is not offered', async ({ page }) => {
    await page.goto('/search?q=add+an+investigator')
    await expect(page.getByRole('main')).toContainText('Nothing is called')
  })
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })
  test('the search is a page', async ({ page }) => {
    const [action] = await readRows<{ id: string }>(
      `SELECT trunc(id)::text AS id FROM public.actions ORDER BY id LIMIT 1`,
    )
    await page.goto('/')
    await page.getByRole('link', { name: 'Search', exact: true }).click()
    await page.getByRole('searchbox').fill(action?.id ?? '')
    await page.getByRole('button', { name: 'Find' }).click()
    await expect(page.getByRole('main').locator(`a[href="/actions/${action?.id}"]`)).toBeVisible()
  })
})

test('single keys go to areas, rows and filters, and can be turned off', async ({ page }) => {
  await page.goto('/')
  await hydrated(page)
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Shortcuts' })
  await expect(sheet).toBeVisible()
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)

  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await expect(page).toHaveURL('/actions')
  await hydrated(page)
  const rows = page.getByRole('rowheader').getByRole('link')
  await expect(rows.nth(1)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(rows.nth(1)).toBeFocused()
  await page.keyboard.press('k')
  await expect(rows.first()).toBeFocused()
  await page.keyboard.press('/')
  const field = page.getByLabel('Search, or an id')
  await expect(field).toBeFocused()
  await page.keyboard.type('g/?j')
  await expect(field).toHaveValue('g/?j')

  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/actions')
  await hydrated(page)
  await expect(field).toBeHidden()
  await page.keyboard.press('/')
  await expect(field).toBeFocused()

  await page.goto('/settings')
  await hydrated(page)
  await page.getByLabel('Single-key shortcuts').uncheck()
  await page.reload()
  await hydrated(page)
  await expect(page.getByLabel('Single-key shortcuts')).not.toBeChecked()
  await page.locator('h1').click()
  await page.keyboard.press('?')
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await expect(sheet).toHaveCount(0)
  await expect(page).toHaveURL('/settings')
})
