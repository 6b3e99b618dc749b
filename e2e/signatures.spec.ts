import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

/** An action of the demo by a part of its name. */
async function actionNamed(part: string): Promise<string> {
  const [row] = await readRows<{ id: string }>(
    `SELECT trunc(id)::text AS id FROM public.actions WHERE name LIKE '%${part}%' ORDER BY id LIMIT 1`,
  )
  if (!row) throw new Error(`the demo has no action named ${part}`)
  return row.id
}

/** A signed action of one signer whose key is stored, which ran on agents. */
async function plainAction(): Promise<{ id: string; name: string }> {
  const [row] = await readRows<{ id: string; name: string }>(`
    SELECT trunc(a.id)::text AS id, a.name FROM public.actions a
    JOIN public.signatures s ON s.actionid = a.id
    JOIN public.investigators i ON i.id = s.investigatorid AND i.publickey IS NOT NULL AND i.name <> 'MIG Scheduler'
    WHERE a.status = 'completed' AND a.id > 7000000000000000000 AND a.syntaxversion = 2
      AND EXISTS (SELECT FROM public.commands c WHERE c.actionid = a.id)
    ORDER BY a.id DESC LIMIT 1`)
  if (!row) throw new Error('the demo has no signed action')
  return row
}

test('a signature is valid from the database alone, with the weights of its signer', async ({ page }) => {
  const { id } = await plainAction()
  await page.goto(`/actions/${id}`)
  const panel = page.getByRole('region', { name: 'Signatures' })
  await expect(panel.getByText('valid', { exact: true }).first()).toBeVisible()
  await expect(panel).toContainText('the signature proves the rest')
  await expect(panel).toContainText(/Weight for \w+/)
  await expect(panel).toContainText('Not signed')
  await expect(panel).toContainText('syntax version decides how the target is read')
})

test('an altered action is found out by its file in the spool, and the stranger’s by the key', async ({ page }) => {
  await page.goto(`/actions/${await actionNamed('target widened by hand')}`)
  const panel = page.getByRole('region', { name: 'Signatures' })
  await expect(panel.getByText('text changed', { exact: true })).toBeVisible()
  await panel.getByRole('link', { name: /^action\/invalid\/\d+\.json$/ }).click()
  await expect(page).toHaveURL(/\/spool\/action\/invalid\/file\//)

  await page.goto(`/actions/${await actionNamed('consultant’s copy')}`)
  await expect(panel.getByText('unknown key', { exact: true })).toBeVisible()
  await expect(panel).toContainText(/Made by key [0-9A-F]{16}, which no investigator has/)
})

test('an action is copied as a file of MIG', async ({ page, context }) => {
  const { id, name } = await plainAction()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/actions/${id}`)
  await hydrated(page)
  await page.getByRole('link', { name: 'Copy as JSON' }).click()
  await expect(page.getByRole('link', { name: 'Copied' })).toBeVisible()
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
  expect(copied).toMatchObject({ name, syntaxversion: 2 })
  // To the nanosecond, which the database has not.
  expect(copied.validfrom).toMatch(/\.\d{7,9}Z$/)
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('the verdict is on the page, and the file is a download', async ({ page, request }) => {
    const { id } = await plainAction()
    await expect(async () => {
      await page.goto(`/actions/${id}`)
      const panel = page.getByRole('region', { name: 'Signatures' })
      await expect(panel.getByText('valid', { exact: true }).first()).toBeVisible()
    }).toPass()
    const answer = await request.get(`/actions/${id}/json`)
    expect(answer.headers()['content-disposition']).toBe(`attachment; filename="${id}.json"`)
    expect((await answer.json()).name).not.toBe('')
  })
})
