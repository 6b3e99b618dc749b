import { readFile } from 'node:fs/promises'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

/** An endpoint with rules of which no other test writes. */
async function endpointWithRules(nth: number) {
  const [row] = await readRows<{ id: string; name: string }>(`
    SELECT trunc(a.id)::text AS id, a.name FROM public.agents a
    WHERE a.name LIKE 'lb%' AND (SELECT count(*) FROM public.agents b WHERE b.queueloc = a.queueloc) = 1
      AND EXISTS (SELECT FROM public.agtmodreq r WHERE r.agentid = a.id AND r.minimumweight > 0)
    ORDER BY a.id OFFSET ${nth} LIMIT 1`)
  if (!row) throw new Error('the demo has no endpoint for this test')
  return row
}

const address = ({ id }: { id: string }) => `/acl/files/file?agent=${id}`

test('endpoints are grouped by ACL, and a group leads to its file and to exactly its endpoints', async ({ page }) => {
  await page.goto('/acl/files?name=storage')
  const row = page.getByRole('row').nth(1)
  const count = (await row.getByRole('link').nth(1).innerText()).replaceAll(',', '')
  await row.getByRole('link').nth(1).click()
  await expect(page).toHaveURL(/\/acl\/files\/endpoints\?.*group=[0-9a-f]{32}/)
  await expect(page.getByTestId('total')).toContainText(Number(count).toLocaleString('en'))
  await page.goto('/acl/files?name=storage')
  await page.getByRole('rowheader').first().getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('ACL ')
  await expect(page.getByRole('link', { name: 'acl.cfg', exact: true })).toBeVisible()
})

test('a downloaded file is audited, and is the last file until the tables say something else', async ({ page }) => {
  const endpoint = await endpointWithRules(0)
  await page.goto(address(endpoint))
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'acl.cfg', exact: true }).click(),
  ])
  expect(download.suggestedFilename()).toBe('acl.cfg')
  const acl = JSON.parse(await readFile(await download.path(), 'utf8'))
  const stored = await readRows<{ name: string; minimumweight: number }>(
    `SELECT m.name, r.minimumweight FROM public.agtmodreq r JOIN public.modules m ON m.id = r.moduleid
     WHERE r.agentid = ${endpoint.id} ORDER BY m.name`,
  )
  expect(Object.keys(acl).sort()).toEqual(stored.map(({ name }) => name).sort())
  for (const { name, minimumweight } of stored) expect(acl[name].minimumweight).toBe(minimumweight)
  const [audit] = await readRows<{ kind: string; object_id: string }>(
    `SELECT kind, object_id FROM dashboard.audit WHERE object_id = '${endpoint.id}' ORDER BY id DESC LIMIT 1`,
  )
  expect(audit).toEqual({ kind: 'export.download', object_id: endpoint.id })
  await page.reload()
  await expect(page.getByRole('main')).toContainText('The tables say what the last file says')
  await page.goto(`/agents/${endpoint.id}`)
  await expect(page.getByRole('main')).toContainText('as the last file')

  await readRows(`UPDATE public.agtmodreq SET minimumweight = minimumweight + 1 WHERE agentid = ${endpoint.id}`)
  try {
    for (const where of [address(endpoint), `/acl/requirements?agent=${endpoint.id}`]) {
      await page.goto(where)
      await expect(page.getByRole('main')).toContainText(/tables differ from the file last exported or\s+uploaded/)
    }
    await page.goto(`/agents/${endpoint.id}`)
    await expect(page.getByRole('main')).toContainText('the tables differ from the file')
  } finally {
    await readRows(`UPDATE public.agtmodreq SET minimumweight = minimumweight - 1 WHERE agentid = ${endpoint.id}`)
  }
})

test('the file for agents of 2014 holds both arrays', async ({ request }) => {
  const endpoint = await endpointWithRules(1)
  const answer = await request.get(`/acl/files/file/download?agent=${endpoint.id}&part=2014`)
  expect(answer.headers()).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': 'attachment; filename="mig-agent-acl.go"',
    'x-content-type-options': 'nosniff',
  })
  const text = await answer.text()
  expect(text).toMatch(/^var AGENTACL = \[\.\.\.\]string\{\n`\{/)
  expect(text).toContain('var PUBLICPGPKEYS = [...]string{\n`\n-----BEGIN PGP PUBLIC KEY BLOCK-----')
  for (const [query, status] of [
    ['', 400],
    ['agent=x', 400],
    ['agent=123', 404],
    [`agent=${endpoint.id}&part=all`, 400],
    [`group=${'0'.repeat(32)}`, 404],
  ] as const)
    expect((await request.get(`/acl/files/file/download?${query}`)).status(), query).toBe(status)
})

for (const scripts of [true, false])
  test.describe(scripts ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled: scripts })

    test('an agent’s file is compared, pasted or chosen', async ({ page, request }) => {
      const endpoint = await endpointWithRules(scripts ? 2 : 3)
      const own = await (await request.get(`/acl/files/file/download?agent=${endpoint.id}`)).text()
      await page.goto(address(endpoint))
      if (scripts) await hydrated(page)
      const form = page.getByRole('form', { name: 'Compare an agent' })
      await form.getByLabel('Or its text').fill(own)
      await form.getByRole('button', { name: 'Compare' }).click()
      await expect(form).toContainText('The file says what the tables say.')
      const other = JSON.stringify({ ...JSON.parse(own), nosuchmodule: { minimumweight: 7, investigators: {} } })
      await form
        .getByLabel('The agent’s file')
        .setInputFiles({ name: 'acl.cfg', mimeType: 'text/plain', buffer: Buffer.from(other) })
      await form.getByLabel('Or its text').fill('')
      await form.getByRole('button', { name: 'Compare' }).click()
      await expect(form).toContainText('1 difference between the file and the tables.')
      await expect(form.getByRole('row', { name: /nosuchmodule/ })).toContainText('not in the tables')
      await form.getByLabel('Or its text').fill('rm -rf /')
      await form.getByRole('button', { name: 'Compare' }).click()
      await expect(form).toContainText('The file is no JSON')
    })
  })

test('an address without endpoint or ACL is a sentence', async ({ page }) => {
  await page.goto('/acl/files/file')
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Choose an endpoint, or an ACL.')
  await page.goto('/acl/files/file?group=12')
  await expect(page.getByRole('main').getByRole('alert')).toContainText('takes the 32 digits of an ACL')
})
