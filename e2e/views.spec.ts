import AxeBuilder from '@axe-core/playwright'
import { readRows as query } from './database'
import { expect, hydrated, test } from './fixtures'

const NAME = 'Invalid <b>ones</b>'

test.describe.configure({ mode: 'serial' })
test.beforeAll(forget)
test.afterAll(forget)

async function forget() {
  await query('DELETE FROM dashboard.default_view')
  await query('DELETE FROM dashboard.saved_view')
}

for (const javaScriptEnabled of [true, false])
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    // A default view is its person's alone: the admin's lists stay as other tests know them.
    test.use({ javaScriptEnabled, role: 'investigator' })
    test.beforeAll(forget)

    test('a view is saved, becomes the default, is passed by, and removed', async ({ page }) => {
      await page.goto('/actions?status=invalid')
      if (javaScriptEnabled) await hydrated(page)
      // It stays open while its list changes behind it; without scripts each page comes with it closed.
      const openMenu = async () => {
        if ((await page.locator('details[name="views"]').getAttribute('open')) === null)
          await page.getByText('Views', { exact: true }).click()
      }
      await openMenu()
      if (javaScriptEnabled)
        expect((await new AxeBuilder({ page }).include('details[open]').analyze()).violations).toEqual([])
      const form = page.getByRole('form', { name: 'Save this view' })
      await form.getByLabel('Name').fill(NAME)
      await form.getByLabel('For everybody').check()
      await form.getByRole('button', { name: 'Save this view' }).click()
      const views = page.getByRole('list', { name: 'Saved views' })
      await expect(
        page.getByText(`1 view saved: ${NAME}, for everybody.`).or(views.getByText(NAME)).first(),
      ).toBeAttached()

      await page.goto('/actions?status=completed')
      await openMenu()
      await views.getByRole('link', { name: NAME }).click()
      await expect(page).toHaveURL(/\/actions\?status=invalid&view=\d+$/)
      await expect(page.getByText(`View ${NAME}.`)).toBeVisible()

      await openMenu()
      await views.getByText('Change', { exact: true }).click()
      await page.getByRole('button', { name: 'Open the list with it' }).click()
      await expect(page.getByText(`Your default view ${NAME}.`)).toBeVisible()
      await page.goto('/actions')
      await expect(page).toHaveURL(/\/actions\?status=invalid&view=\d+$/)
      await page.getByRole('link', { name: 'Show all' }).click()
      await expect(page).toHaveURL('/actions?view=all')
      await expect(page.getByRole('link', { name: 'Back to your default view' })).toBeVisible()
      // What is cleared is everything, not the default view.
      await page.goto('/actions?status=completed')
      await page.getByRole('link', { name: 'Clear filters' }).click()
      await expect(page).toHaveURL('/actions?view=all')
      await expect(page.getByRole('link', { name: 'Back to your default view' })).toBeVisible()

      await openMenu()
      await views.getByText('Change', { exact: true }).click()
      await page.getByRole('button', { name: 'Remove it for everybody' }).click()
      await expect(page.getByRole('link', { name: 'Back to your default view' })).toHaveCount(0)
      await page.goto('/actions')
      await expect(page).toHaveURL('/actions')
    })
  })

test('a view whose filter this list does not have gives the list’s own sentence', async ({ page }) => {
  await query(
    `INSERT INTO dashboard.saved_view (list, name, query, owner_id, owner_name, shared)
     VALUES ('/actions', 'old', 'gone-filter=1', 999999, 'Somebody', true)`,
  )
  await page.goto('/actions')
  await page.getByText('Views', { exact: true }).click()
  await page.getByRole('list', { name: 'Saved views' }).getByRole('link', { name: 'old' }).click()
  await expect(page.getByRole('main')).toContainText('This list has no filter "gone-filter".')
  await page.getByRole('link', { name: 'Clear all filters' }).click()
  await expect(page).toHaveURL('/actions?view=all')
})

test.describe('an investigator', () => {
  test.use({ role: 'investigator' })
  test('opens a shared view of another, and cannot change it', async ({ page }) => {
    await page.goto('/actions')
    await page.getByText('Views', { exact: true }).click()
    const views = page.getByRole('list', { name: 'Saved views' })
    await expect(views.getByRole('link', { name: 'old' })).toBeVisible()
    await views.getByText('Change', { exact: true }).click()
    await expect(page.getByRole('button', { name: 'Open the list with it' })).toBeVisible()
    await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(0)
    // One that cannot be read any more locks nobody out of the list.
    await page.getByRole('button', { name: 'Open the list with it' }).click()
    await expect(page.getByRole('link', { name: 'Back to your default view' })).toBeVisible()
    await page.goto('/actions')
    await expect(page).toHaveURL('/actions')
    await expect(page.getByRole('rowheader').first()).toBeVisible()
  })
})
