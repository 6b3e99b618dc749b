import * as openpgp from 'openpgp'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

async function newKey(name: string) {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'nistP256',
    userIDs: [{ name, email: 'new@example.net' }],
    date: new Date(Date.now() - 60_000),
  })
  const fingerprint = (await openpgp.readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase()
  return { privateKey, publicKey, fingerprint }
}

const rowsOf = (fingerprint: string) =>
  readRows<{ id: string; name: string }>(
    `SELECT trunc(id)::text AS id, name FROM public.investigators WHERE pgpfingerprint = '${fingerprint}'`,
  )

const grouped = (fingerprint: string) => (fingerprint.match(/.{4}/g) ?? []).join(' ')

for (const scripts of [true, false])
  test.describe(scripts ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled: scripts })

    test('an investigator is added from a pasted public key: first what was understood, then saved', async ({
      page,
    }) => {
      const name = scripts ? 'Zoë Ångström' : 'Plain Form'
      const key = await newKey(name)
      await page.goto('/investigators/add')
      if (scripts) await hydrated(page)
      await page.getByLabel('Public key', { exact: true }).fill(`Here it is:\n${key.publicKey}`)
      await page.getByRole('button', { name: 'Read the key' }).click()
      const main = page.getByRole('main')
      await expect(main).toContainText('This is what will be stored')
      await expect(main).toContainText(grouped(key.fingerprint))
      await expect(main).toContainText('ECDSA P-256')
      await expect(main).toContainText('The key never expires')
      expect(await rowsOf(key.fingerprint)).toEqual([])
      await expect(page.getByLabel('Name')).toHaveValue(name)

      await page.getByRole('checkbox', { name: 'Store it anyway' }).check()
      await page.getByRole('button', { name: 'Add the investigator' }).click()
      const done = main.getByRole('status')
      await expect(done).toContainText(`1 investigator added: ${name}.`)
      await expect(done).toContainText(grouped(key.fingerprint))
      const [row] = await rowsOf(key.fingerprint)
      expect(row?.name).toBe(name)

      await done.getByRole('link', { name: 'Look at the row' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
      await expect(page.getByRole('main')).toContainText('ECDSA P-256')
      const audits = await readRows<{ after: { pgpfingerprint: string } }>(
        `SELECT after FROM dashboard.audit WHERE kind = 'investigator.add' AND object_id = '${row?.id}'`,
      )
      expect(audits.map((audit) => audit.after.pgpfingerprint)).toEqual([key.fingerprint])

      await page.goto('/investigators/add')
      if (scripts) await hydrated(page)
      await page.getByLabel('Public key', { exact: true }).fill(key.publicKey)
      await page.getByRole('button', { name: 'Read the key' }).click()
      await expect(page.getByRole('main').getByRole('alert')).toContainText('This key is known already')
      expect(await rowsOf(key.fingerprint)).toHaveLength(1)
    })

    test('a binary key from a file completes a row that had a fingerprint alone', async ({ page }) => {
      const name = scripts ? 'Bob Kelso' : 'Ted Buckland'
      const key = await newKey(name)
      await page.goto('/investigators/add?by=fingerprint')
      if (scripts) await hydrated(page)
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Fingerprint', { exact: true }).fill(grouped(key.fingerprint).toLowerCase())
      await page.getByRole('button', { name: 'Add without a key' }).click()
      await expect(page.getByRole('main').getByRole('status')).toContainText(
        `1 investigator added without a key: ${name}.`,
      )

      await page.goto('/investigators/add')
      if (scripts) await hydrated(page)
      const binary = (await openpgp.readKey({ armoredKey: key.publicKey })).write()
      await page
        .getByLabel(/or a file/)
        .setInputFiles({ name: 'key.gpg', mimeType: 'application/octet-stream', buffer: Buffer.from(binary) })
      await page.getByRole('button', { name: 'Read the key' }).click()
      await expect(page.getByRole('main')).toContainText('The fingerprint is known without a key')
      await page.getByRole('checkbox', { name: 'Store it anyway' }).check()
      await page.getByRole('button', { name: 'Store the key' }).click()
      await expect(page.getByRole('main').getByRole('status')).toContainText(`1 key stored, in the row of ${name}.`)
      expect((await rowsOf(key.fingerprint)).map((row) => row.name)).toEqual([name])
    })

    test('a private key is refused and nothing of it comes back', async ({ page }) => {
      const key = await newKey('Careless')
      await page.goto('/investigators/add')
      if (scripts) await hydrated(page)
      let body = ''
      await page.route('**/investigators/add', async (route) => {
        const answer = await route.fetch()
        if (route.request().method() === 'POST') body = await answer.text()
        await route.fulfill({ response: answer })
      })
      const field = page.getByLabel('Public key', { exact: true })
      const file = { name: 'secring.gpg', mimeType: 'application/octet-stream', buffer: Buffer.from(key.privateKey) }
      if (scripts) {
        await field.fill(key.privateKey)
        await expect(page.getByRole('main').getByRole('alert')).toContainText('That was a private key')
        await expect(field).toHaveValue('')
        await page.getByLabel(/or a file/).setInputFiles(file)
        await expect(page.getByLabel(/or a file/)).toHaveValue('')
      } else {
        await field.fill(key.privateKey)
        await page.getByRole('button', { name: 'Read the key' }).click()
        await expect(page.getByRole('main').getByRole('alert')).toContainText('This is a private key')
        await expect(field).toHaveValue('')
        expect(body).toContain('This is a private key')
      }
      const secretLine = key.privateKey.split('\n')[4] ?? ''
      expect(secretLine.length).toBeGreaterThan(40)
      expect(body).not.toContain(secretLine)
      expect(await page.content()).not.toContain(secretLine)
      expect(await rowsOf(key.fingerprint)).toEqual([])
    })
  })

test('the list tells the state of every key, and filters by it', async ({ page }) => {
  await page.goto('/investigators')
  const line = (name: string) => page.getByRole('row').filter({ hasText: name })
  await expect(line('Ada Okafor')).toContainText('good')
  await expect(line('Joaquín Reyes')).toContainText('expiring')
  await expect(line('Sam Whitlock')).toContainText('expired')
  await expect(line('Noor Haddad')).toContainText('revoked')
  await expect(line('Lena Brandt')).toContainText('no key')
  await page.getByRole('combobox', { name: 'Key' }).selectOption('revoked')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/[?&]key=revoked(&|$)/)
  await expect(page.getByRole('rowheader')).toHaveText(['Noor Haddad'])
})

test('the public key is handed out as a text file, and only where there is one', async ({ request }) => {
  const answer = await request.get('/investigators/2/key')
  expect(answer.headers()).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': expect.stringMatching(/^attachment; filename="[0-9A-F]{40}\.asc"$/),
    'x-content-type-options': 'nosniff',
  })
  const key = await openpgp.readKey({ armoredKey: await answer.text() })
  expect(key.isPrivate()).toBe(false)
  const [row] = await readRows<{ fingerprint: string }>(
    'SELECT upper(pgpfingerprint) AS fingerprint FROM public.investigators WHERE id = 2',
  )
  expect(key.getFingerprint().toUpperCase()).toBe(row?.fingerprint)
  expect((await request.get('/investigators/8/key')).status()).toBe(404)
  expect((await request.get('/investigators/nobody/key')).status()).toBe(404)
})
