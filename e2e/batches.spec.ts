import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

const form = (page: Page, name: RegExp | string) => page.getByRole('main').getByRole('form', { name })

/** Endpoints of one row each without a rule for a module that no other test writes to. */
async function freeCells(count: number) {
  return readRows<{ agent: string; name: string; module: string }>(`
    SELECT trunc(a.id)::text AS agent, a.name, trunc(m.id)::text AS module
    FROM public.agents a CROSS JOIN public.modules m
    WHERE m.name = 'ping' AND a.name LIKE 'db%' AND (SELECT count(*) FROM public.agents b WHERE b.queueloc = a.queueloc) = 1
      AND NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id AND r.moduleid = m.id)
    ORDER BY a.id LIMIT ${count}`)
}

const stored = async ({ agent, module }: { agent: string; module: string }) =>
  (
    await readRows<{ value: number }>(
      `SELECT minimumweight AS value FROM public.agtmodreq WHERE agentid = ${agent} AND moduleid = ${module}`,
    )
  ).map(({ value }) => value)

/** Sets one cell by its form; the box is checked where the rule of its own locks somebody out. */
async function setCell(
  page: Page,
  { agent, module }: { agent: string; module: string },
  value: string,
  reason: string,
) {
  await page.goto(`/acl/requirements?agent=${agent}&edit=${agent}.${module}`)
  await page.getByLabel('Minimum weight').fill(value)
  await page.getByLabel('Reason').fill(reason)
  await page.getByRole('button', { name: 'Save' }).click()
  const here = page
    .getByRole('main')
    .getByRole('form')
    .filter({ has: page.getByLabel('Minimum weight') })
  const box = here.getByRole('checkbox')
  await expect(here.getByRole('status').or(box).first()).toBeVisible()
  if ((await box.count()) > 0) {
    await box.check()
    await page.getByRole('button', { name: 'Save' }).click()
  }
  await expect(here.getByRole('status')).toContainText('1 rule')
}

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('a save is a batch with its reason, and is reverted; a cell that somebody changed since is refused', async ({
    page,
  }) => {
    const [cell] = await freeCells(1)
    if (!cell) throw new Error('the demo has no endpoint for this test')
    const reason = `only for a moment ${cell.agent}`
    await setCell(page, cell, '1', reason)
    expect(await stored(cell)).toEqual([1])

    await page.goto(`/acl/batches?reason=${encodeURIComponent(reason)}`)
    const rows = page.getByRole('main').getByRole('row')
    await expect(rows).toHaveCount(2)
    await expect(rows.nth(1)).toContainText('saved by hand')
    await rows.nth(1).getByRole('rowheader').getByRole('link').click()
    await expect(page.getByRole('main')).toContainText('Agents follow their own ACL file')
    const address = page.url()
    const line = page.getByRole('row').filter({ hasText: cell.name })
    await expect(line).toContainText('minimum weight')

    // Somebody changes it: the revert says both values and does nothing.
    await setCell(page, cell, '2', 'in between')
    await page.goto(address)
    await expect(page.getByRole('row').filter({ hasText: cell.name })).toContainText('changed since')
    const revert = form(page, /^Revert batch/)
    await revert.getByRole('button', { name: 'Revert' }).click()
    await expect(form(page, /^Revert batch/).getByRole('alert')).toContainText('was 1 after the batch and is 2 now')
    expect(await stored(cell)).toEqual([2])

    await setCell(page, cell, '1', 'back')
    await page.goto(address)
    await form(page, /^Revert batch/)
      .getByRole('button', { name: 'Revert' })
      .click()
    await expect(
      form(page, /^Revert batch/)
        .getByRole('status')
        .first(),
    ).toContainText('1 rule removed')
    expect(await stored(cell)).toEqual([])
    await page.getByRole('link', { name: /^See batch/ }).click()
    await expect(page.getByRole('main')).toContainText('revert of batch')
  })
})

test('the list of batches filters, exports and leads to each one', async ({ page, request }) => {
  await page.goto('/acl/batches?kind=revert')
  await hydrated(page)
  await expect(page.getByRole('main').getByRole('row').nth(1)).toContainText('revert of batch')
  await page.goto('/acl/batches?kind=nonsense')
  await expect(page.getByRole('alert').first()).toContainText('The filter "kind"')
  const text = await (await request.get('/acl/batches/export?format=ndjson&kind=revert')).text()
  const [line] = text.trimEnd().split('\n')
  expect(JSON.parse(line ?? '{}')).toMatchObject({ kind: 'acl.batch.revert' })
})

test.describe('an investigator', () => {
  test.use({ role: 'investigator' })

  test('sees batches and reverts none', async ({ page }) => {
    await page.goto('/acl/batches')
    await page.getByRole('main').getByRole('row').nth(1).getByRole('rowheader').getByRole('link').click()
    await expect(page.getByRole('heading', { name: 'Effects' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Revert' })).toHaveCount(0)
  })
})
