import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'
import { leftBehind } from './left-behind'

const NOTE = 'Agents follow their own ACL file; no code of MIG reads these tables.'

/** The id of a module of the demo; each test below has one of its own. */
async function moduleNamed(name: string): Promise<string> {
  const [row] = await readRows<{ id: string }>(
    `SELECT trunc(id)::text AS id FROM public.modules WHERE name = '${name}'`,
  )
  if (!row) throw new Error(`the demo has no module ${name}`)
  return row.id
}

async function minimums(module: string, agents: readonly string[]): Promise<(number | null)[]> {
  const rows = await readRows<{ agent: string; value: number }>(
    `SELECT trunc(agentid)::text AS agent, minimumweight AS value FROM public.agtmodreq WHERE moduleid = ${module}`,
  )
  return agents.map((agent) => rows.find((row) => row.agent === agent)?.value ?? null)
}

/** Opens the matrix at this address as a grid. */
async function openGrid(page: Page, address: string): Promise<Locator> {
  await page.goto(address)
  await hydrated(page)
  await page.getByRole('button', { name: 'Edit as a grid' }).click()
  const grid = page.getByRole('grid')
  await expect(grid).toBeVisible()
  return grid
}

/** A cell by the row's place in the list and the column's, both from 0. */
const cellAt = (grid: Locator, row: number, column = 0) =>
  grid.locator(`[role=row][aria-rowindex="${row + 2}"] [role=gridcell][aria-colindex="${column + 2}"]`)

/** The endpoint's newest row, which the row's head leads to. */
async function agentOf(grid: Locator, row: number): Promise<string> {
  const href = await grid
    .locator(`[role=row][aria-rowindex="${row + 2}"] a`)
    .first()
    .getAttribute('href')
  return href?.split('/').at(-1) ?? ''
}

/** What the endpoint of a row is called. */
async function nameOf(grid: Locator, row: number): Promise<string> {
  return (
    (await grid
      .locator(`[role=row][aria-rowindex="${row + 2}"] [role=rowheader] a`)
      .first()
      .textContent()) ?? ''
  )
}

const tray = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' })

/** Saves what is in the tray; confirms where the last sufficient signers go. */
async function save(page: Page, reason: string): Promise<Locator> {
  const done = page.getByRole('link', { name: 'See or revert this batch' })
  const review = tray(page).getByRole('button', { name: 'Review and save' })
  await expect(review.or(tray(page).getByLabel('Reason'))).toBeVisible()
  if (await review.isVisible()) await review.click()
  await tray(page).getByLabel('Reason').fill(reason)
  await tray(page)
    .getByRole('button', { name: /^Save / })
    .click()
  const sure = tray(page).getByRole('checkbox')
  await expect(done.or(sure)).toBeVisible()
  if (await sure.isVisible()) {
    await sure.check()
    await tray(page).getByRole('button', { name: 'Save all the same' }).click()
  }
  await expect(done).toBeVisible()
  return done
}

test('a range is edited, filled, undone, redone and saved as one batch', async ({ page }) => {
  const module = await moduleNamed('timedrift')
  const grid = await openGrid(page, `/acl/requirements?name=DESKTOP-&module=${module}`)
  const agents = await Promise.all([0, 1, 2, 3, 4].map((row) => agentOf(grid, row)))
  const before = await minimums(module, agents)

  // Dragged over with the mouse, typed once, written to all of them.
  const [first, second] = [await cellAt(grid, 0).boundingBox(), await cellAt(grid, 1).boundingBox()]
  if (!first || !second) throw new Error('nothing to drag')
  await page.mouse.move(first.x + 20, first.y + 16)
  await page.mouse.down()
  await page.mouse.move(second.x + 20, second.y + 16, { steps: 4 })
  await page.mouse.up()
  await expect(page.getByRole('status').filter({ hasText: '2 × 1 cells selected' })).toBeVisible()
  await page.keyboard.type('3')
  await page.keyboard.press('Control+Enter')
  await expect(tray(page)).toContainText('2 changes on 2 endpoints, not saved')
  await page.keyboard.press('Control+z')
  await expect(tray(page)).toHaveCount(0)

  await cellAt(grid, 0).click()
  await page.keyboard.type('4')
  await page.keyboard.press('Enter')
  await expect(cellAt(grid, 1)).toBeFocused()
  await cellAt(grid, 0).click()
  await cellAt(grid, 3).click({ modifiers: ['Shift'] })
  await expect(page.getByRole('status').filter({ hasText: '4 × 1 cells selected' })).toBeVisible()
  await page.keyboard.press('Control+d')
  await expect(tray(page)).toContainText('4 changes on 4 endpoints, not saved')
  await page.keyboard.press('Control+z')
  await expect(tray(page)).toContainText('1 change on 1 endpoint, not saved')
  await page.keyboard.press('Control+y')
  await expect(tray(page)).toContainText('4 changes on 4 endpoints')
  // Nothing is written before it is saved.
  expect(await minimums(module, agents)).toEqual(before)

  // The handle goes on with what is selected.
  const handle = grid.getByTitle('Drag to fill')
  const [from, to] = [await handle.boundingBox(), await cellAt(grid, 4).boundingBox()]
  if (!from || !to) throw new Error('nothing to drag')
  await page.mouse.move(from.x + 3, from.y + 3)
  await page.mouse.down()
  await page.mouse.move(to.x + 20, to.y + 16, { steps: 4 })
  await page.mouse.up()
  await expect(tray(page)).toContainText('5 changes on 5 endpoints')

  await tray(page).getByRole('button', { name: 'Review and save' }).click()
  await expect(tray(page)).toContainText(NOTE)
  await expect(tray(page).getByRole('list', { name: 'Changes' }).getByRole('listitem')).toHaveCount(5)
  await expect(tray(page).getByRole('table')).toContainText('everybody together')
  await expect(tray(page).getByRole('button', { name: 'Save 5 changes' })).toBeDisabled()
  await save(page, 'five at once')
  expect(await minimums(module, agents)).toEqual([4, 4, 4, 4, 4])
  await expect(cellAt(grid, 4)).toHaveText('4')
  await expect(tray(page)).toHaveCount(0)

  // Back to what it was, by Delete and by typing.
  for (const [row, value] of before.entries()) {
    await cellAt(grid, row).click()
    await page.keyboard.press('Delete')
    if (value !== null) {
      await page.keyboard.type(String(value))
      await page.keyboard.press('Enter')
    }
  }
  await save(page, 'as it was')
  expect(await minimums(module, agents)).toEqual(before)
})

test('a click on another cell ends the typing in its own one', async ({ page }) => {
  const module = await moduleNamed('example')
  const grid = await openGrid(page, `/acl/requirements?name=DESKTOP-&module=${module}`)
  const before = await Promise.all([1, 2, 3].map((row) => cellAt(grid, row).textContent()))
  await cellAt(grid, 0).click()
  await page.keyboard.type('41')
  await cellAt(grid, 2).click()
  await expect(grid.getByRole('textbox')).toHaveCount(0)
  await expect(cellAt(grid, 2)).toBeFocused()
  await expect(cellAt(grid, 0)).toHaveText(/^41 not saved, was /)
  for (const [n, row] of [1, 2, 3].entries()) await expect(cellAt(grid, row)).toHaveText(before[n] ?? '')
  await expect(tray(page)).toContainText('1 change on 1 endpoint')

  // So do a click with Shift and one on a column's head; what is no number is refused, and its cell stays as it was.
  await page.keyboard.press('F2')
  await grid.getByRole('textbox').fill('42')
  await cellAt(grid, 3).click({ modifiers: ['Shift'] })
  await expect(cellAt(grid, 2)).toHaveText(/^42 not saved, was /)
  await expect(cellAt(grid, 3)).toHaveText(before[2] ?? '')
  await cellAt(grid, 1).click()
  await page.keyboard.type('two')
  await grid.getByRole('columnheader', { name: 'example' }).click()
  await expect(grid.getByRole('textbox')).toHaveCount(0)
  await expect(cellAt(grid, 1)).toHaveText(before[0] ?? '')
  await expect(tray(page)).toContainText('2 changes on 2 endpoints')
  page.once('dialog', (dialog) => dialog.accept())
  await tray(page).getByRole('button', { name: 'Discard all' }).click()
  await expect(tray(page)).toHaveCount(0)
})

test('500 cells of a spreadsheet are pasted and saved, and the batch is reverted', async ({ page, context }) => {
  test.slow()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const [person] = await readRows<{ id: string }>(
    `SELECT trunc(i.id)::text AS id FROM public.investigators i ORDER BY i.id DESC LIMIT 1`,
  )
  const stored = () =>
    readRows<{ agent: string; module: string; weight: number }>(
      `SELECT trunc(agentid)::text AS agent, trunc(moduleid)::text AS module, weight FROM public.invagtmodperm
       WHERE investigatorid = ${person?.id} ORDER BY agentid, moduleid`,
    )
  const before = await stored()
  const grid = await openGrid(page, `/acl/permissions?investigator=${person?.id}&name=DESKTOP-`)
  const lines = Array.from({ length: 50 }, (_, row) =>
    Array.from({ length: 10 }, (_, column) => 100 + ((row + column) % 7)).join('\t'),
  )
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${lines.join('\r\n')}\r\n`)
  await cellAt(grid, 0, 0).click()
  await page.keyboard.press('Control+v')
  await expect(page.getByRole('status').filter({ hasText: '500 cells pasted' })).toBeVisible()
  await expect(tray(page)).toContainText('500 changes on 50 endpoints')
  const link = await save(page, 'from a spreadsheet')
  const after = await stored()
  expect(after.filter(({ weight }) => weight >= 100 && weight <= 106)).toHaveLength(500)
  expect(after.length).toBeGreaterThan(before.length)

  // What is copied is what was pasted.
  await cellAt(grid, 0, 0).click()
  await cellAt(grid, 1, 2).click({ modifiers: ['Shift'] })
  await expect(page.getByRole('status').filter({ hasText: '2 × 3 cells selected' })).toBeVisible()
  await page.keyboard.press('Control+c')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('100\t101\t102\n101\t102\t103')

  await link.click()
  await page.waitForURL(/\/acl\/batches\/\d+$/)
  await hydrated(page)
  const revert = page.getByRole('form', { name: /^Revert batch/ })
  await revert.getByLabel('Reason').fill('it was a test')
  await revert.getByRole('button', { name: 'Revert' }).click()
  const sure = revert.locator('[name=confirm]')
  const done = revert.getByRole('link', { name: /^See batch/ })
  await expect(sure.or(done).first()).toBeVisible()
  if (await sure.isVisible()) {
    await sure.check()
    await revert.getByRole('button', { name: 'Revert' }).click()
  }
  await expect(done).toBeVisible()
  expect(await stored()).toEqual(before)
})

test('a paste leaves out what it may not write, and says so', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const [agent] = await readRows<{ id: string }>(
    `SELECT trunc(max(id))::text AS id FROM public.agents WHERE name LIKE 'DESKTOP-%'`,
  )
  const grid = await openGrid(page, `/acl/permissions?by=endpoint&agent=${agent?.id}`)
  await expect(cellAt(grid, 0)).toHaveAttribute('aria-readonly', 'true')
  await cellAt(grid, 0).click()
  await page.keyboard.type('3')
  await expect(page.getByRole('status').filter({ hasText: 'only shown here' })).toBeVisible()
  await page.evaluate(() => navigator.clipboard.writeText('1\tname\n2\t3'))
  await page.keyboard.press('Control+v')
  await expect(
    page.getByRole('status').filter({ hasText: '2 cells pasted; 2 left out: 2 only to be read' }),
  ).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(tray(page)).toHaveCount(0)

  await cellAt(grid, 1).click()
  await page.keyboard.press('End')
  await page.evaluate(() => navigator.clipboard.writeText('x\t1'))
  await page.keyboard.press('Control+v')
  await expect(
    page.getByRole('status').filter({
      hasText: '0 cells pasted; 2 left out: 1 beyond the last row or column shown, 1 no whole number.',
    }),
  ).toBeVisible()
})

test('a second browser’s change is a conflict: both values, nothing saved until each is decided', async ({
  page,
  context,
  browser,
}) => {
  const module = await moduleNamed('ping')
  const address = `/acl/requirements?name=DESKTOP-&module=${module}`
  const grid = await openGrid(page, address)
  const agents = await Promise.all([0, 1, 2].map((row) => agentOf(grid, row)))
  const names = await Promise.all([0, 1].map((row) => nameOf(grid, row)))
  const second = await (await browser.newContext({ storageState: await context.storageState() })).newPage()
  const theirs = await openGrid(second, address)

  for (const [who, one, value] of [
    [page, grid, '8'],
    [second, theirs, '5'],
  ] as const) {
    await cellAt(one, 0).click()
    await who.keyboard.type(value)
    await who.keyboard.press('Enter')
    await who.keyboard.type(value)
    await who.keyboard.press('Enter')
  }
  await cellAt(grid, 2).click()
  await page.keyboard.type('8')
  await page.keyboard.press('Enter')
  await save(second, 'the faster one')
  expect(await minimums(module, agents.slice(0, 2))).toEqual([5, 5])

  await tray(page).getByRole('button', { name: 'Review and save' }).click()
  await tray(page).getByLabel('Reason').fill('the slower one')
  const conflicts = tray(page).getByRole('table', { name: 'Conflicts' })
  // The preview finds it already.
  await expect(conflicts.getByRole('row')).toHaveCount(3)
  await expect(tray(page).getByRole('button', { name: /^Save / })).toBeDisabled()
  expect(await minimums(module, agents.slice(0, 2))).toEqual([5, 5])
  const [first, last] = [0, 1].map((row) => conflicts.getByRole('row').filter({ hasText: names[row] })) as [
    Locator,
    Locator,
  ]
  await expect(first.getByRole('cell').nth(1)).toHaveText('5')
  await expect(first.getByRole('cell').nth(2)).toHaveText('8')
  await expect(tray(page).getByRole('button', { name: 'Apply' })).toBeDisabled()
  await first.getByLabel('Keep mine').check()
  await last.getByLabel('Take theirs').check()
  await tray(page).getByRole('button', { name: 'Apply' }).click()
  await expect(tray(page)).toContainText('2 changes on 2 endpoints')
  await save(page, 'decided')
  expect(await minimums(module, agents)).toEqual([8, 5, 8])

  for (const row of [0, 1, 2]) {
    await cellAt(grid, row).click()
    await page.keyboard.press('Delete')
  }
  await save(page, 'as it was')
  await second.context().close()
})

test('a preview that falls due at the moment of a save’s answer is not asked for', async ({ page }) => {
  // The tray's timers never ring by themselves here, but as soon as the page holds the answer to the save.
  await page.addInitScript(() => {
    const due = new Map<unknown, () => void>()
    const { setTimeout: later, clearTimeout: never } = window
    const held = 400
    window.setTimeout = ((run: () => void, ms?: number) => {
      const id = later(ms === held ? () => undefined : run, ms)
      if (ms === held) due.set(id, run)
      return id
    }) as typeof window.setTimeout
    window.clearTimeout = ((id: number) => {
      due.delete(id)
      never(id)
    }) as typeof window.clearTimeout
    new MutationObserver(() => {
      if (due.size === 0 || !document.querySelector('a[href^="/acl/batches/"]')) return
      for (const run of due.values()) run()
      due.clear()
    }).observe(document, { subtree: true, childList: true })
  })
  const module = await moduleNamed('netstat')
  const grid = await openGrid(page, `/acl/requirements?name=DESKTOP-&module=${module}`)
  const agent = await agentOf(grid, 6)
  const [before] = await minimums(module, [agent])
  await cellAt(grid, 6).click()
  await page.keyboard.type('9')
  await page.keyboard.press('Enter')
  const asked: string[] = []
  page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()))
  const done = await save(page, 'at the same moment')
  expect(await minimums(module, [agent])).toEqual([9])

  await cellAt(grid, 6).click()
  if (before == null) await page.keyboard.press('Delete')
  else await page.keyboard.type(`${before}\n`)
  await expect(tray(page)).toContainText('1 change on 1 endpoint')
  await expect(done).toHaveCount(0)
  expect(asked).toHaveLength(1)
  await save(page, 'as it was')
})

test('what an older row of the endpoint says is carried over to the newest one, and nothing else', async ({ page }) => {
  // The last such endpoint: the bulk change's test takes the first.
  const behind = await leftBehind('DESC')
  const rules = (agent: string) =>
    readRows<{ m: string; w: number }>(
      `SELECT trunc(moduleid)::text AS m, minimumweight AS w FROM public.agtmodreq WHERE agentid = ${agent} ORDER BY 1`,
    )
  const left = await rules(behind.older)
  const grid = await openGrid(page, `/acl/requirements?agent=${behind.agent}`)
  expect(await agentOf(grid, 0)).toBe(behind.agent)
  await cellAt(grid, 0).click()
  await page.keyboard.press('Shift+Space')
  const carryOver = page.getByRole('button', { name: 'Carry over', exact: true })
  await carryOver.click()
  const many = `${left.length} ${left.length === 1 ? 'rule' : 'rules'} carried over to the newest row.`
  await expect(page.getByRole('status').filter({ hasText: 'carried over' })).toHaveText(many)
  await expect(tray(page)).toContainText(`${left.length} change`)
  await save(page, 'restarted, carried over in the grid')
  expect(await rules(behind.agent)).toEqual(left)

  // Once there, there is nothing left to carry over.
  await cellAt(grid, 0).click()
  await page.keyboard.press('Shift+Space')
  await carryOver.click()
  await expect(page.getByRole('status').filter({ hasText: 'left behind' })).toHaveText(
    'Nothing selected was left behind on an older row.',
  )
  await cellAt(grid, 0).click()
  await page.keyboard.press('Shift+Space')
  await page.keyboard.press('Delete')
  await save(page, 'as it was')
  expect(await rules(behind.agent)).toEqual([])
})

test('with the keyboard alone: in, edit, select, fill, out, save', async ({ page }) => {
  const module = await moduleNamed('memory')
  await page.goto(`/acl/requirements?name=DESKTOP-&module=${module}`)
  await hydrated(page)
  await page.getByRole('button', { name: 'Edit as a grid' }).focus()
  await page.keyboard.press('Enter')
  const grid = page.getByRole('grid')
  await expect(cellAt(grid, 0)).toBeFocused()
  const agents = await Promise.all([0, 1, 2].map((row) => agentOf(grid, row)))
  await page.keyboard.press('F2')
  await expect(grid.getByRole('textbox')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(cellAt(grid, 0)).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('two')
  await page.keyboard.press('Enter')
  await expect(grid.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true')
  await grid.getByRole('textbox').fill('6')
  await page.keyboard.press('Enter')
  await expect(cellAt(grid, 1)).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+d')
  await expect(tray(page)).toContainText('3 changes')
  // One stop of Tab: the next one is behind the grid.
  await page.keyboard.press('Tab')
  await expect(tray(page).getByRole('button', { name: 'Discard all' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(tray(page).getByLabel('Reason')).toBeVisible()
  await save(page, 'by keyboard')
  expect(await minimums(module, agents)).toEqual([6, 6, 6])
  await cellAt(grid, 0).focus()
  await page.keyboard.press('Control+Space')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Delete')
  await save(page, 'as it was')
  expect(await minimums(module, agents)).toEqual([null, null, null])
})

test('names and positions are right for screen readers, window by window', async ({ page }) => {
  const grid = await openGrid(page, '/acl/requirements?name=DESKTOP-')
  const [counted] = await readRows<{ n: number; modules: number }>(
    `SELECT count(DISTINCT queueloc)::int AS n, (SELECT count(*)::int FROM public.modules) AS modules
     FROM public.agents WHERE name ILIKE '%DESKTOP-%'`,
  )
  await expect(grid).toHaveAccessibleName('Minimum weight by endpoint and module')
  await expect(grid).toHaveAttribute('aria-rowcount', String((counted?.n ?? 0) + 1))
  await expect(grid).toHaveAttribute('aria-colcount', String((counted?.modules ?? 0) + 1))
  await expect(grid).toHaveAttribute('aria-multiselectable', 'true')
  expect(await grid.locator('[tabindex="0"]').count()).toBe(1)
  await expect(grid.getByRole('columnheader', { name: 'default' })).toHaveAttribute('aria-colindex', '2')

  const names: string[] = []
  await cellAt(grid, 0).click()
  // Over the end of the first window of 50 rows, and within a fleet of 60.
  for (let row = 0; row <= 56; row += 8) {
    names.push(await nameOf(grid, row))
    await expect(grid.locator('[role=gridcell]:focus')).toHaveAttribute('aria-colindex', '2')
    await expect(grid.locator('[role=row]:has([role=gridcell]:focus)')).toHaveAttribute('aria-rowindex', `${row + 2}`)
    await expect(cellAt(grid, row)).toHaveAttribute('aria-selected', 'true')
    for (let step = 0; step < 8; step++) await page.keyboard.press('ArrowDown')
  }
  const listed = await readRows<{ name: string }>(
    `SELECT DISTINCT ON (queueloc) name FROM public.agents WHERE name ILIKE '%DESKTOP-%' ORDER BY queueloc`,
  )
  expect(new Set(names).size).toBe(8)
  for (const name of names) expect(listed.map((row) => row.name)).toContain(name)
  // Only what is in sight is in the page.
  expect(await grid.getByRole('row').count()).toBeLessThan(60)

  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowLeft')
  await expect(grid.locator('[role=rowheader]:focus')).toHaveAttribute('aria-colindex', '1')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Tab')
  await expect(grid.locator('[role=gridcell]:focus')).toHaveAttribute('aria-colindex', '3')
  await page.keyboard.press('Shift+Tab')
  await expect(grid.locator('[role=gridcell]:focus')).toHaveAttribute('aria-colindex', '2')
  const selected = page.getByRole('status').filter({ hasText: 'cells selected' })
  await page.keyboard.press('Shift+Space')
  await expect(selected).toHaveText(`1 × ${counted?.modules} cells selected`)
  await page.keyboard.press('Control+Space')
  await expect(selected).toHaveText(/^\d\d+ × 1 cells selected$/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('F2')
  await expect(grid.getByRole('textbox')).toHaveAccessibleName(/^default, DESKTOP-/)
  await page.keyboard.press('Escape')
  await page.keyboard.type('9')
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowUp')
  await expect(grid.locator('[role=gridcell]:focus')).toHaveText(/^9 not saved, was /)
  await page.keyboard.press('Delete')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(tray(page)).toHaveCount(0)

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  }
})

test('unsaved changes outlive filters and going elsewhere, and are given up on purpose', async ({ page }) => {
  const module = await moduleNamed('example')
  const grid = await openGrid(page, `/acl/requirements?name=DESKTOP-&module=${module}`)
  await cellAt(grid, 2).click()
  await page.keyboard.type('7')
  await page.keyboard.press('Enter')
  await expect(tray(page)).toContainText('1 change on 1 endpoint')
  await page.getByRole('link', { name: "Investigators' weights" }).click()
  await expect(page.getByRole('heading', { name: "Investigators' weights" })).toBeVisible()
  await expect(tray(page)).toContainText('1 change on 1 endpoint')
  await page.getByRole('link', { name: 'Minimum weights' }).first().click()
  await expect(page.getByRole('heading', { name: 'Minimum weights' })).toBeVisible()
  await expect(cellAt(page.getByRole('grid', { name: /minimum/i }), 0)).toBeVisible()
  await tray(page).getByRole('button', { name: 'Review and save' }).click()
  await expect(tray(page).getByRole('listitem').first()).toContainText(/no rule.*becomes 7/)
  page.once('dialog', (dialog) => dialog.accept())
  await tray(page).getByRole('button', { name: 'Discard all' }).click()
  await expect(tray(page)).toHaveCount(0)
})

test('the weights for one module stand beside each other, investigator by investigator', async ({ page }) => {
  const module = await moduleNamed('pkg')
  const grid = await openGrid(page, `/acl/permissions?by=module&module=${module}&name=web`)
  const people = await readRows<{ name: string }>('SELECT name FROM public.investigators ORDER BY name, id')
  await expect(grid).toHaveAttribute('aria-colcount', String(people.length + 1))
  await expect(grid.getByRole('columnheader', { name: people[0]?.name })).toBeVisible()
  await cellAt(grid, 0).click()
  await page.keyboard.type('77')
  await page.keyboard.press('Enter')
  await tray(page).getByRole('button', { name: 'Review and save' }).click()
  await expect(tray(page).getByRole('listitem').first()).toContainText(`pkg · ${people[0]?.name}`)
  await cellAt(grid, 1).focus()
  await page.keyboard.press('Control+z')
  await expect(tray(page)).toHaveCount(0)
})

test.describe('an investigator who is no admin', () => {
  test.use({ role: 'investigator' })

  test('moves, selects and copies, and changes nothing', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/acl/requirements?name=DESKTOP-')
    await hydrated(page)
    await page.getByRole('button', { name: 'Open as a grid' }).click()
    const grid = page.getByRole('grid')
    await expect(grid).toHaveAttribute('aria-readonly', 'true')
    await cellAt(grid, 0).click()
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Control+c')
    // A last line that is empty has an end of its own.
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.replace(/\n$/, '').split('\n')).toHaveLength(2)
    await page.keyboard.type('5')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Control+v')
    await expect(page.getByRole('status').filter({ hasText: 'only an admin changes rules' })).toBeVisible()
    await expect(tray(page)).toHaveCount(0)
  })
})

test('on a narrow screen one endpoint at a time shows its cells, and a cell opens its form', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/acl/requirements?name=DESKTOP-')
  await hydrated(page)
  await expect(page.getByRole('button', { name: 'Edit as a grid' })).toBeHidden()
  await page.locator('a[data-cell]').first().click()
  await expect(page.getByLabel('Minimum weight')).toBeFocused()
  await expect(page.getByRole('grid')).toHaveCount(0)

  await page.goto('/acl/permissions?name=DESKTOP-')
  const shown = page.locator('a[data-cell]:visible')
  const columns = await shown.count()
  const places = () => shown.evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-cell')?.split('.')[0]))
  const [first] = await places()
  expect(new Set(await places()).size).toBe(1)
  await page
    .getByRole('link', { name: /^Rules of/ })
    .first()
    .click()
  await expect(page).toHaveURL(/row=\d+/)
  await expect(shown.first()).not.toHaveAttribute('data-cell', new RegExp(`^${first}\\.`))
  expect(await shown.count()).toBe(columns)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await shown.first().click()
  await expect(page.getByLabel('Weight', { exact: true })).toBeVisible()
})
