import type { Locator, Page } from '@playwright/test'
import * as openpgp from 'openpgp'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

/** Presses Tab until the place has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, place: Locator, key = 'Tab'): Promise<void> {
  const isThere = () => place.evaluate((one) => one === document.activeElement)
  for (let i = 0; i < 150 && !(await isThere()); i++) await page.keyboard.press(key)
  await expect(place).toBeFocused()
}

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}

/** The page is used by keys alone: a click would be somebody else's way. */
async function open(page: Page): Promise<void> {
  await page.addInitScript(() => {
    document.addEventListener('pointerdown', () => console.error('a pointer was used'), true)
  })
  await page.goto('/')
  await hydrated(page)
}

test('an offline agent is found by keyboard alone', async ({ page }) => {
  await open(page)
  await press(page, 'g', 'o')
  await expect(page).toHaveURL(/\/agents\/offline/)
  const links = page.getByRole('table').getByRole('rowheader').getByRole('link')
  const name = (await links.nth(2).innerText()).split('\n')[0]?.trim() ?? ''
  await press(page, '/')
  await expect(page.getByLabel('Seen in the last')).toBeFocused()
  await tabTo(page, page.getByRole('search').getByLabel('Name', { exact: true }))
  await page.keyboard.type(name)
  await press(page, 'Enter')
  await expect(page).toHaveURL(/name=/)
  await hydrated(page)
  await press(page, 'j')
  await expect(links.first()).toBeFocused()
  await press(page, 'Enter')
  await expect(page).toHaveURL(/\/agents\/\d+$/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name)
})

test('arrows, Home, End and Page lead from row to row, and scroll where no row has the focus', async ({ page }) => {
  await open(page)
  await press(page, 'g', 'c')
  const links = page.getByRole('table').getByRole('rowheader').getByRole('link')
  await expect(links).toHaveCount(50)
  await press(page, 'ArrowDown')
  await expect(links.first()).not.toBeFocused()
  await press(page, 'j')
  await expect(links.nth(0)).toBeFocused()
  await press(page, 'ArrowDown', 'ArrowDown')
  await expect(links.nth(2)).toBeFocused()
  await press(page, 'ArrowUp')
  await expect(links.nth(1)).toBeFocused()
  await press(page, 'End')
  await expect(links.nth(49)).toBeFocused()
  await expect(links.nth(49)).toBeInViewport()
  await press(page, 'Home')
  await expect(links.nth(0)).toBeFocused()
  await press(page, 'PageDown')
  const at = await links.evaluateAll((all) => all.indexOf(document.activeElement as HTMLElement))
  expect(at).toBeGreaterThan(3)
  expect(at).toBeLessThan(49)
  // Not behind the heads of the columns, which stay.
  await press(page, 'PageUp', 'ArrowUp')
  await expect(links.nth(0)).toBeFocused()
  const [head, row] = await Promise.all([
    page.getByRole('columnheader').first().boundingBox(),
    links.nth(0).boundingBox(),
  ])
  expect(row?.y).toBeGreaterThanOrEqual((head?.y ?? 0) + (head?.height ?? 0) - 1)
})

test('what is typed before the search is there is not lost', async ({ page }) => {
  await open(page)
  // The search is loaded when it is first asked for: here it takes its time.
  await page.route(/\/_next\/static\//, async (route) => {
    await new Promise((settle) => setTimeout(settle, 700))
    await route.continue()
  })
  await press(page, 'Control+k')
  // Each of these letters does something on a page.
  await page.keyboard.type('goj?x/k', { delay: 20 })
  await press(page, 'Backspace')
  const field = page.getByRole('combobox', { name: /^Search pages/ })
  await expect(field).toHaveValue('goj?x/')
  await page.keyboard.type('yz')
  await expect(field).toHaveValue('goj?x/yz')
  await expect(page).toHaveURL('/')
  // Closed and asked for again at once, many times: it is there, and nothing is left that takes keys from the page.
  for (let i = 0; i < 5; i++) {
    await press(page, 'Escape', 'Control+k')
    await page.keyboard.type(`at ${i}`)
    await expect(field).toHaveValue(`at ${i}`)
  }
  await press(page, 'Escape')
  await expect(field).toBeHidden()
  await press(page, 'g', 'c')
  await expect(page).toHaveURL('/commands')
})

test('what a command answered is read by keyboard alone', async ({ page }) => {
  await open(page)
  const [command] = await readRows<{ id: string }>(
    `SELECT trunc(id)::text AS id FROM public.commands WHERE results::text LIKE '%"foundanything":true%' ORDER BY id DESC LIMIT 1`,
  )
  await press(page, 'Control+k')
  await page.keyboard.type(command?.id ?? '')
  await expect(
    page
      .getByRole('group', { name: /^Commands/ })
      .getByRole('option')
      .first(),
  ).toHaveAttribute('aria-selected', 'true')
  await press(page, 'Enter')
  await expect(page).toHaveURL(`/commands/${command?.id}`)
  const results = page.getByRole('region', { name: 'Results' })
  await expect(results).toBeVisible()
  await tabTo(page, results.getByRole('link').or(results.locator('summary, button')).first())
})

test('a weight is changed by keyboard alone', async ({ page }) => {
  await open(page)
  await press(page, 'g', 'p')
  await expect(page).toHaveURL(/\/acl\/permissions/)
  await hydrated(page)
  await tabTo(page, page.getByRole('search').getByLabel('Name', { exact: true }))
  await page.keyboard.type('syslog')
  await press(page, 'Enter')
  await expect(page).toHaveURL(/name=syslog/)
  await hydrated(page)
  await press(page, 'j')
  await expect(page.getByRole('rowheader').first().getByRole('link').first()).toBeFocused()
  // The cells of the row are behind its name.
  const cell = page.locator('[data-cell]').first()
  await tabTo(page, cell)
  const before = await cell.innerText()
  await press(page, 'Enter')
  const grid = page.getByRole('grid')
  await expect(grid).toBeVisible()
  await expect(grid.getByRole('gridcell').first()).toBeFocused()
  const weight = /^3\b/.test(before.trim()) ? '4' : '3'
  await page.keyboard.type(weight)
  await press(page, 'Enter')
  const tray = page.getByRole('region', { name: 'Unsaved changes' })
  await expect(tray).toContainText('1 change on 1 endpoint, not saved')
  await tabTo(page, tray.getByRole('button', { name: 'Review and save' }))
  await press(page, 'Enter')
  const reason = tray.getByLabel('Reason')
  await tabTo(page, reason)
  await page.keyboard.type('by keyboard alone')
  await tabTo(page, tray.getByRole('button', { name: /^Save / }))
  await press(page, 'Enter')
  const done = page.getByRole('link', { name: 'See or revert this batch' })
  const sure = tray.getByRole('checkbox')
  await expect(done.or(sure)).toBeVisible()
  if (await sure.isVisible()) {
    await tabTo(page, sure)
    await press(page, 'Space')
    await tabTo(page, tray.getByRole('button', { name: 'Save all the same' }))
    await press(page, 'Enter')
  }
  await expect(done).toBeVisible()
  await expect(page.locator('body')).not.toBeFocused()
  await tabTo(page, done)
  await press(page, 'Enter')
  await expect(page).toHaveURL(/\/acl\/batches\/\d+/)
  await expect(page.getByRole('main')).toContainText('by keyboard alone')
  await expect(page.getByRole('main')).toContainText(weight)
})

test('an investigator is added by keyboard alone', async ({ page }) => {
  const name = 'Keya Board'
  const { publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'nistP256',
    userIDs: [{ name, email: 'keya@example.net' }],
    date: new Date(Date.now() - 86_400_000),
  })
  await open(page)
  await press(page, 'Control+k')
  await page.keyboard.type('add an investigator')
  await expect(page.getByRole('option', { name: /^Add an investigator/ })).toHaveAttribute('aria-selected', 'true')
  await press(page, 'Enter')
  await expect(page).toHaveURL('/investigators/add')
  await hydrated(page)
  await tabTo(page, page.getByLabel('Public key', { exact: true }))
  await page.keyboard.insertText(publicKey)
  await tabTo(page, page.getByRole('button', { name: 'Read the key' }))
  await press(page, 'Enter')
  await expect(page.getByLabel('Name')).toHaveValue(name)
  // The answer stands where the question stood, and so does the focus.
  await expect(page.locator('body')).not.toBeFocused()
  const warned = page.getByRole('checkbox', { name: 'Store it anyway' })
  if (await warned.isVisible()) {
    await tabTo(page, warned)
    await press(page, 'Space')
  }
  await tabTo(page, page.getByRole('button', { name: 'Add the investigator' }))
  await press(page, 'Enter')
  await expect(page.getByRole('main').getByRole('status')).toContainText(`1 investigator added: ${name}.`)
  await expect(page.locator('body')).not.toBeFocused()
})
