import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

const NOTE = 'Agents follow their own ACL file; no code of MIG reads these tables.'

/** An endpoint of one row that no other test writes to, with a module that has no rule there. */
async function freeCell(nth: number) {
  const [cell] = await readRows<{ agent: string; name: string; module: string; module_name: string }>(`
    SELECT trunc(a.id)::text AS agent, a.name, trunc(m.id)::text AS module, m.name AS module_name
    FROM public.agents a CROSS JOIN public.modules m
    WHERE m.name = 'pkg' AND a.name LIKE 'web%' AND (SELECT count(*) FROM public.agents b WHERE b.queueloc = a.queueloc) = 1
      AND NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id AND r.moduleid = m.id)
    ORDER BY a.id OFFSET ${nth} LIMIT 1`)
  if (!cell) throw new Error('the demo has no endpoint for this test')
  return cell
}

const storedMinimum = async ({ agent, module }: { agent: string; module: string }) =>
  (
    await readRows<{ minimumweight: number }>(
      `SELECT minimumweight FROM public.agtmodreq WHERE agentid = ${agent} AND moduleid = ${module}`,
    )
  ).map((row) => row.minimumweight)

/** The newest audit row of a batch that touched the cell, found by the cells that it kept. */
const lastAudit = async ({ agent, module }: { agent: string; module: string }) =>
  (
    await readRows<{ kind: string; before: unknown; after: unknown }>(
      `SELECT e.kind, e.before, e.after FROM dashboard.audit e JOIN dashboard.acl_change c ON c.batch::text = e.object_id
       WHERE e.object_type = 'acl_batch' AND c.agentid = ${agent} AND c.moduleid = ${module} ORDER BY e.id DESC LIMIT 1`,
    )
  )[0]

/** Saves, and says yes where the rule of its own takes away what the module `default` let people run. */
async function saveAll(page: Page) {
  const done = form(page).getByRole('status').or(form(page).getByRole('checkbox'))
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(done.first()).toBeVisible()
  const box = form(page).getByRole('checkbox')
  if ((await box.count()) === 0) return
  await expect(form(page).getByRole('alert')).toContainText('last people who can run')
  await box.check()
  await page.getByRole('button', { name: 'Save' }).click()
}

const form = (page: Page) => page.getByRole('main').getByRole('form')

test('every page about the tables says that agents do not read them', async ({ page }) => {
  for (const address of ['/acl/requirements', '/acl/permissions', '/acl/permissions?by=endpoint', '/investigators/2']) {
    await page.goto(address)
    await expect(page.getByRole('main')).toContainText(NOTE)
  }
})

test('a minimum is set, changed and removed in place, with the keyboard, each time with its audit row', async ({
  page,
}) => {
  const cell = await freeCell(0)
  const object = `${cell.agent}.${cell.module}`
  // On a narrow screen a cell opens its form; on a wide one the grid.
  await page.setViewportSize({ width: 700, height: 900 })
  await page.goto(`/acl/requirements?agent=${cell.agent}`)
  await hydrated(page)
  await page.locator(`a[href*="edit=${object}"]`).focus()
  await page.keyboard.press('Enter')
  const weight = page.getByLabel('Minimum weight')
  await expect(weight).toBeFocused()
  await weight.fill('3')
  await saveAll(page)
  await expect(form(page).getByRole('status')).toContainText('1 rule added')
  expect(await storedMinimum(cell)).toEqual([3])
  expect(await lastAudit(cell)).toEqual({ kind: 'acl.batch.save', before: null, after: { minimumweight: 3 } })
  await expect(page.locator(`a[href*="edit=${object}"]`)).toHaveText('3')

  await weight.fill('0')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(form(page).getByRole('status')).toContainText('Agents refuse a minimum below 1')
  expect(await storedMinimum(cell)).toEqual([0])

  await weight.fill('2147483648')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(weight).toHaveAttribute('aria-invalid', 'true')
  await expect(weight).toHaveValue('2147483648')
  expect(await storedMinimum(cell)).toEqual([0])

  await page.getByRole('button', { name: 'Remove the rule' }).click()
  await expect(form(page).getByRole('status')).toContainText('1 rule removed')
  expect(await storedMinimum(cell)).toEqual([])
  await page.getByRole('link', { name: 'Close' }).click()
  await expect(form(page)).toHaveCount(0)
})

test('who comes second sees both values and nothing is lost', async ({ page, context }) => {
  const cell = await freeCell(1)
  const address = `/acl/requirements?agent=${cell.agent}&edit=${cell.agent}.${cell.module}`
  const other = await context.newPage()
  for (const one of [page, other]) {
    await one.goto(address)
    await hydrated(one)
  }
  await page.getByLabel('Minimum weight').fill('2')
  await saveAll(page)
  await expect(form(page).getByRole('status')).toContainText('1 rule added')
  await other.getByLabel('Minimum weight').fill('5')
  await other.getByRole('button', { name: 'Save' }).click()
  await expect(form(other).getByRole('alert')).toContainText('was no rule when you opened it and is 2 now')
  expect(await storedMinimum(cell)).toEqual([2])
  // The form now knows the value that is stored: saving again is a choice made with both values seen.
  await other.getByLabel('Minimum weight').fill('5')
  await other.getByRole('button', { name: 'Save' }).click()
  await expect(form(other).getByRole('status')).toContainText('is 5 now')
  expect(await storedMinimum(cell)).toEqual([5])
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('a weight is set through the plain form', async ({ page }) => {
    const cell = await freeCell(2)
    await page.goto(`/acl/permissions?by=endpoint&agent=${cell.agent}`)
    await page.locator(`a[href*="edit=2.${cell.module}"]`).click()
    await page.getByLabel('Weight', { exact: true }).fill('-2')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(form(page).getByRole('status')).toContainText('1 rule added')
    expect(await lastAudit(cell)).toMatchObject({ kind: 'acl.batch.save', after: { weight: -2 } })
    await page.getByRole('button', { name: 'Remove the rule' }).click()
    await expect(form(page).getByRole('status')).toContainText('1 rule removed')
    expect(await lastAudit(cell)).toMatchObject({ kind: 'acl.batch.save', before: { weight: -2 }, after: null })
  })
})

test('the exports are the rules of the tables, a line each', async ({ request }) => {
  const [counted] = await readRows<{ minimums: string; weights: string }>(`
    SELECT (SELECT count(*) FROM public.agtmodreq r JOIN public.agents a ON a.id = r.agentid WHERE a.name LIKE '%bastion%') AS minimums,
      (SELECT count(*) FROM public.invagtmodperm p JOIN public.agents a ON a.id = p.agentid
       WHERE a.name LIKE '%bastion%' AND p.investigatorid = 3) AS weights`)
  const lines = async (address: string) => (await (await request.get(address)).text()).trimEnd().split('\n')
  const minimums = await lines('/acl/requirements/export?format=ndjson&name=bastion')
  expect(minimums).toHaveLength(Number(counted?.minimums))
  expect(Object.keys(JSON.parse(minimums[0] ?? '{}'))).toEqual([
    'agentid',
    'name',
    'queueloc',
    'os',
    'moduleid',
    'module',
    'minimumweight',
    'left_behind',
  ])
  expect(await lines('/acl/permissions/export?format=ndjson&name=bastion&investigator=3')).toHaveLength(
    Number(counted?.weights),
  )
})
