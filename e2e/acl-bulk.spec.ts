import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'
import { leftBehind } from './left-behind'

/** Endpoints of one row without a rule for the module, which no other test writes for them. */
async function freeEndpoints(count: number, module: string) {
  const rows = await readRows<{ agent: string; name: string; queueloc: string; module: string; module_name: string }>(`
    SELECT trunc(a.id)::text AS agent, a.name, a.queueloc, trunc(m.id)::text AS module, m.name AS module_name
    FROM public.agents a CROSS JOIN public.modules m
    WHERE m.name = '${module}' AND a.name LIKE 'app%' AND (SELECT count(*) FROM public.agents b WHERE b.queueloc = a.queueloc) = 1
      AND (SELECT count(*) FROM public.agents b WHERE b.name = a.name) = 1
      AND NOT EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id AND r.moduleid = m.id)
    ORDER BY a.id LIMIT ${count}`)
  if (rows.length < count) throw new Error('the demo has no endpoints for this test')
  return rows
}

const stored = async (agents: readonly string[], module: string) =>
  (
    await readRows<{ agent: string; weight: number }>(
      `SELECT trunc(agentid)::text AS agent, minimumweight AS weight FROM public.agtmodreq
       WHERE moduleid = ${module} AND agentid IN (${agents.join(',')}) ORDER BY agentid`,
    )
  ).map(({ agent, weight }) => `${agent}=${weight}`)

const batchOf = async (reason: string) =>
  (
    await readRows<{ kind: string; detail: { cells: number } }>(
      `SELECT kind, detail FROM dashboard.audit WHERE kind LIKE 'acl.batch.%' AND detail->>'reason' = '${reason}' ORDER BY id DESC LIMIT 1`,
    )
  )[0]

/** Saves what a form shows, with the reason, and confirms that it locks somebody out where that is asked. */
async function save(page: Page, reason: string) {
  await page.getByLabel('Reason').fill(reason)
  await page.getByRole('button', { name: /^Save \d/ }).click()
  const anyway = page.getByLabel(/^Save it all the same/)
  const done = page.getByRole('status').filter({ hasText: /saved|rule (added|changed|removed)/ })
  await expect(anyway.or(done)).toBeVisible()
  if (await anyway.isVisible()) {
    await anyway.check()
    await page.getByRole('button', { name: /^Save \d/ }).click()
  }
  await expect(done).toBeVisible()
}

test('a minimum for what a filter leaves: counted, measured, saved as a batch, and left alone the second time', async ({
  page,
}) => {
  const [endpoint] = await freeEndpoints(1, 'ping')
  if (!endpoint) return
  const address = `/acl/bulk?name=${encodeURIComponent(endpoint.name)}&module=${endpoint.module}&value=1`
  await page.goto(address)
  await hydrated(page)
  const figures = page.getByRole('list', { name: 'Cells' })
  await expect(figures.getByRole('listitem').filter({ hasText: 'new' })).toContainText('1')
  await page.getByRole('button', { name: 'Show what it does' }).click()
  await expect(page.getByRole('table', { name: 'What it does' })).toBeVisible()
  expect(await stored([endpoint.agent], endpoint.module)).toEqual([])
  await save(page, 'asked for by the owner')
  expect(await stored([endpoint.agent], endpoint.module)).toEqual([`${endpoint.agent}=1`])
  expect(await batchOf('asked for by the owner')).toMatchObject({ kind: 'acl.batch.bulk', detail: { cells: 1 } })
  await expect(figures.getByRole('listitem').filter({ hasText: 'unchanged' })).toContainText('1')
  await page.getByRole('link', { name: 'See the batch, or revert it' }).click()
  await expect(page).toHaveURL(/\/acl\/batches\/\d+$/)
})

test('what changed since it was counted is refused with both counts', async ({ page }) => {
  const [endpoint] = await freeEndpoints(1, 'connected')
  if (!endpoint) return
  const query = `name=${encodeURIComponent(endpoint.name)}&module=${endpoint.module}&value=1`
  await page.goto(`/acl/bulk?${query}`)
  await hydrated(page)
  const another = await page.context().newPage()
  await another.goto(`/acl/bulk?${query}`)
  await hydrated(another)
  await save(another, 'the other browser')
  await page.getByLabel('Reason').fill('this browser')
  await page.getByRole('button', { name: /^Save \d/ }).click()
  await expect(page.getByRole('main').getByRole('alert')).toContainText(
    'You saw 1 new, 0 changed, 0 removed, 0 unchanged; now it would be 0 new, 0 changed, 0 removed, 1 unchanged.',
  )
  // The preview is drawn anew.
  const figures = page.getByRole('list', { name: 'Cells' })
  await expect(figures.getByRole('listitem').filter({ hasText: 'unchanged' })).toContainText('1')
  await expect(page.getByRole('main')).toContainText('Nothing would change.')
})

test('a group of endpoints leads to its rows and to a change of exactly them', async ({ page }) => {
  await page.goto('/acl/requirements?group=os')
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /linux/ }) })
  // A link before it leads to those that differ from their last file, where another test has left some.
  const count = await row.getByRole('rowheader').getByRole('link').last().innerText()
  await row.getByRole('link', { name: /^Change ping for/ }).click()
  await expect(page).toHaveURL(/\/acl\/bulk\?.*in=os%3Dlinux/)
  await page.getByLabel('Value', { exact: true }).fill('1')
  await page.getByRole('button', { name: 'Count the cells' }).click()
  await expect(page.getByRole('list', { name: 'Cells' }).getByRole('listitem').first()).toContainText(count)
})

test('rules left behind are carried over, and nothing of the newest row is overwritten', async ({ page }) => {
  const behind = await leftBehind('ASC')
  await page.goto(`/acl/bulk?do=carry-over&table=agtmodreq&id=${behind.agent}`)
  await hydrated(page)
  await save(page, 'the agent was upgraded')
  const rules = async (agent: string) =>
    readRows(
      `SELECT trunc(moduleid)::text AS m, minimumweight AS w FROM public.agtmodreq WHERE agentid = ${agent} ORDER BY 1`,
    )
  expect(await rules(behind.agent)).toEqual(await rules(behind.older))
  expect((await batchOf('the agent was upgraded'))?.kind).toBe('acl.batch.carry-over')
})

for (const javaScriptEnabled of [true, false])
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled })
    test('a file is imported after its difference, lines that name nobody are refused', async ({ page }) => {
      const endpoints = await freeEndpoints(2, javaScriptEnabled ? 'example' : 'timedrift')
      await page.goto('/acl/import')
      if (javaScriptEnabled) await hydrated(page)
      const lines = endpoints.map((endpoint) => `${endpoint.queueloc},${endpoint.module_name},1`)
      await page
        .getByLabel('Or its text')
        .fill(['queueloc,module,minimumweight', ...lines, 'nowhere,file,1'].join('\n'))
      await page.getByRole('button', { name: 'Show the difference' }).click()
      await expect(page.getByRole('main')).toContainText(
        '3 lines of minimum weights: 2 new, 0 changed, 0 removed, 0 unchanged, 1 refused',
      )
      await expect(page.getByRole('table', { name: 'Refused lines' })).toContainText(
        'There is no endpoint with the queue nowhere.',
      )
      await save(page, 'from the file')
      const agents = endpoints.map((endpoint) => endpoint.agent)
      expect(await stored(agents, endpoints[0]?.module ?? '')).toHaveLength(2)
      expect(await batchOf('from the file')).toMatchObject({ kind: 'acl.batch.import', detail: { cells: 2 } })
    })
  })

test('a module is added, renamed, marked and removed; one that rules use cannot be', async ({ page }) => {
  await page.goto('/acl/modules')
  await hydrated(page)
  await page.getByText('Add a module').click()
  const add = page.getByRole('form', { name: 'Add a module' })
  await add.getByLabel('Name').fill('scribe')
  await add.getByRole('button').click()
  await expect(add.getByRole('status')).toContainText('1 module added: scribe')
  await page.getByRole('link', { name: 'scribe', exact: true }).click()
  const rename = page.getByRole('form', { name: 'Rename' })
  await rename.getByLabel('Name').fill('scribe2')
  await rename.getByRole('button', { name: 'Rename' }).click()
  await expect(page.getByRole('heading', { name: 'Module scribe2' })).toBeVisible()
  await page.getByRole('button', { name: 'Mark as sensitive' }).click()
  await expect(page.getByRole('row', { name: /scribe2/ })).toContainText('sensitive')
  await page.getByLabel(/^Remove the module/).check()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page.getByRole('main')).toContainText(/There is no module \d+ any more/)
  expect(await readRows(`SELECT 1 FROM public.modules WHERE name LIKE 'scribe%'`)).toEqual([])
  await page.getByRole('link', { name: 'filechecker', exact: true }).click()
  await expect(page.getByRole('main')).toContainText('It cannot be removed:')
})

test.describe('an investigator', () => {
  test.use({ role: 'investigator' })
  test('may look at a change in bulk and save none', async ({ page }) => {
    await page.goto('/acl/bulk?do=carry-over')
    await expect(page.getByRole('list', { name: 'Cells' })).toBeVisible()
    await expect(page.getByRole('button', { name: /^Save/ })).toHaveCount(0)
    await page.goto('/acl/modules')
    await expect(page.getByText('Add a module')).toHaveCount(0)
  })
})

test('groups of endpoints carry one person’s weights, lead to their endpoints and to a change of exactly them', async ({
  page,
}) => {
  await page.goto('/acl/permissions?group=os')
  await expect(page.getByRole('main')).toContainText('groups of endpoints by system')
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /linux/ }) })
  const count = await row.getByRole('rowheader').getByRole('link').last().innerText()
  await row.getByRole('link', { name: /^Change ping for/ }).click()
  await expect(page).toHaveURL(/\/acl\/bulk\?.*table=invagtmodperm.*investigator=\d+.*in=os%3Dlinux/)
  await page.getByLabel('Value', { exact: true }).fill('1')
  await page.getByRole('button', { name: 'Count the cells' }).click()
  await expect(page.getByRole('list', { name: 'Cells' }).getByRole('listitem').first()).toContainText(count)
  await page.goto('/acl/permissions?by=module&group=os')
  await row.getByRole('rowheader').getByRole('link').last().click()
  await expect(page.getByRole('list', { name: 'In the groups' })).toContainText('system: linux')
  await expect(page).toHaveURL(/by=module.*in=os%3Dlinux/)
})
