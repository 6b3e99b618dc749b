import { readRows } from './database'
import { expect, hydrated, rowKeys, test } from './fixtures'

/** The job runs right after the start; a machine under load takes its time. */
async function counted(): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await readRows<{ n: string }>(`SELECT count(*) AS n FROM public.actions a
            LEFT JOIN dashboard.action_summary s ON s.action_id = a.id WHERE s.counted_at IS NULL`)
        )[0]?.n,
      { timeout: 60_000 },
    )
    .toBe('0')
}

test.beforeAll(counted)

test('every form of an id leads from the search to the action', async ({ page }) => {
  const [row] = await readRows<{ id: string }>(`
    SELECT trunc(id)::text AS id FROM public.actions a
    WHERE NOT EXISTS (SELECT FROM public.actions b WHERE b.id <> a.id AND b.id::float8 = a.id::float8) AND length(trunc(id)::text) = 19
    ORDER BY a.id LIMIT 1`)
  const id = row?.id ?? ''
  for (const form of [id, `${id}.00000000000000000`, Number(id).toExponential(), BigInt(Number(id)).toString()]) {
    await page.goto('/actions')
    await hydrated(page)
    await page.getByLabel('Search, or an id').fill(form)
    await page.getByRole('button', { name: 'Filter' }).click()
    await expect(page, form).toHaveURL(`/actions/${id}`)
  }
})

test('what was found is the count of the commands, and leads to them', async ({ page }) => {
  const [row] = await readRows<{ id: string; found: string }>(`
    SELECT trunc(actionid)::text AS id, count(*) AS found FROM public.commands
    WHERE strpos(results::text, '"foundanything":true') > 0 GROUP BY actionid ORDER BY count(*) DESC, actionid LIMIT 1`)
  await page.goto('/actions?sort=-found')
  const link = page.getByRole('row').nth(1).getByRole('link', { name: row?.found, exact: true })
  await expect(link).toHaveAttribute('href', `/actions/${row?.id}/commands?found=1`)
})

test('what needs attention says why, and the page says what the words mean', async ({ page }) => {
  await page.goto('/actions?attention=any')
  const rows = page.getByRole('table', { name: 'Actions' }).getByRole('row')
  expect(await rows.count()).toBeGreaterThan(1)
  await page.goto('/actions?attention=A1')
  await expect(rows.nth(1)).toContainText('not picked up')
  await page.getByText('What needs attention', { exact: true }).click()
  await expect(page.getByText('the scheduler has not taken it up')).toBeVisible()
})

test('an endpoint, an investigator and a module lead to what ran there, theirs and with it', async ({ page }) => {
  const [agent] = await readRows<{ id: string; actions: string }>(`
    SELECT trunc(min(g.id))::text AS id, count(DISTINCT c.actionid) AS actions
    FROM public.agents g JOIN public.commands c ON c.agentid = g.id GROUP BY g.queueloc HAVING count(DISTINCT g.id) > 1
    ORDER BY g.queueloc LIMIT 1`)
  const total = page.getByTestId('total')
  await page.goto(`/agents/${agent?.id}`)
  await page.getByRole('link', { name: 'Actions', exact: true }).last().click()
  await expect(page).toHaveURL(`/actions?agent=${agent?.id}`)
  await expect(total).toContainText(agent?.actions ?? '')

  const [person] = await readRows<{ id: string; actions: string }>(
    `SELECT trunc(investigatorid)::text AS id, count(*) AS actions FROM public.signatures GROUP BY investigatorid ORDER BY count(*) LIMIT 1`,
  )
  await page.goto(`/investigators/${person?.id}`)
  await page.getByRole('link', { name: 'All of them' }).click()
  await expect(page).toHaveURL(`/actions?investigator=${person?.id}`)
  await expect(total).toContainText(person?.actions ?? '')

  await page.goto('/acl/requirements')
  await page.getByRole('columnheader', { name: 'netstat' }).getByRole('link').click()
  await expect(page).toHaveURL('/actions?module=netstat')
  expect((await rowKeys(page)).length).toBeGreaterThan(0)
})

test('the settings say when the job last ran', async ({ page }) => {
  await page.goto('/settings')
  const job = page.getByRole('table', { name: 'Background jobs' }).getByRole('row', { name: /action summaries/ })
  await expect(job).toContainText(/in order|running/)
  await expect(job).toContainText(/ago|just now/)
})
