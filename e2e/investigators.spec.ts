import * as openpgp from 'openpgp'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

async function newKey(name: string, curve: 'nistP256' | 'brainpoolP256r1' = 'nistP256') {
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: 'ecc',
    curve,
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
      // Checked by a library that no import names: it must be part of what is built.
      const key = await newKey(name, 'brainpoolP256r1')
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
        .getByLabel(/Or a file/)
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
        await page.getByLabel(/Or a file/).setInputFiles(file)
        await expect(page.getByLabel(/Or a file/)).toHaveValue('')
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

test('a key is replaced by another one: a new row, the old one disabled, both in the audit', async ({ page }) => {
  const old = await newKey('Rota Tion')
  const next = await newKey('Rota Tion')
  await page.goto('/investigators/add')
  await hydrated(page)
  await page.getByLabel('Public key', { exact: true }).fill(old.publicKey)
  await page.getByRole('button', { name: 'Read the key' }).click()
  await page.getByRole('checkbox', { name: 'Store it anyway' }).check()
  await page.getByRole('button', { name: 'Add the investigator' }).click()
  await page.getByRole('link', { name: 'Look at the row' }).click()
  await page.getByRole('link', { name: 'Replace the key' }).click()
  await expect(page).toHaveURL(/\/replace$/)
  await hydrated(page)
  await page.getByLabel('Public key', { exact: true }).fill(next.publicKey)
  await page.getByRole('button', { name: 'Read the key' }).click()
  const main = page.getByRole('main')
  await expect(main).toContainText('What will change')
  await expect(main).toContainText('The old row stays')
  expect(await rowsOf(next.fingerprint)).toEqual([])
  await page.getByRole('checkbox', { name: 'Store it anyway' }).check()
  await page.getByRole('button', { name: 'Replace by the new key' }).click()
  await expect(main.getByRole('status')).toContainText('Rota Tion has a new key')
  const [[before], [after]] = [await rowsOf(old.fingerprint), await rowsOf(next.fingerprint)]
  expect(after?.name).toBe('Rota Tion')
  await page.goto(`/investigators/${before?.id}`)
  await expect(main).toContainText('disabled')
  await expect(main).toContainText('Replaced by a row with a new key')
  await page.goto(`/investigators/${after?.id}`)
  await expect(main).toContainText('Investigator added')
})

test('a row is renamed, and removed while nothing refers to it', async ({ page }) => {
  const key = await newKey('Short Lived')
  await page.goto('/investigators/add?by=fingerprint')
  await hydrated(page)
  await page.getByLabel('Name').fill('Short Lived')
  await page.getByLabel('Fingerprint', { exact: true }).fill(key.fingerprint)
  await page.getByRole('button', { name: 'Add without a key' }).click()
  await page.getByRole('link', { name: 'Look at the row' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Short Lived')
  await hydrated(page)
  await page.getByLabel('Name', { exact: true }).fill('Renamed Once')
  await page.getByRole('button', { name: 'Rename' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Renamed Once')
  await page.getByRole('checkbox', { name: /^Remove the row/ }).check()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page).toHaveURL('/investigators')
  expect(await rowsOf(key.fingerprint)).toEqual([])
  await page.goto('/investigators/2')
  await expect(page.getByRole('main')).toContainText('It cannot be removed')
})

test('a keyring is imported key by key, and everybody’s keys come out as one', async ({ page, request }) => {
  const [one, two, old] = [await newKey('Keyring One'), await newKey('Keyring Two'), await newKey('Keyring One')]
  await page.goto('/investigators/import')
  await hydrated(page)
  await page.getByLabel('Keyring', { exact: true }).fill(`${one.publicKey}\n${two.publicKey}\n${one.publicKey}`)
  await page.getByRole('button', { name: 'Read the keyring' }).click()
  const table = page.getByRole('table', { name: 'Keys of the file' })
  await expect(table.getByRole('row')).toHaveCount(4)
  await expect(table).toContainText('The same key stands further up')
  await page.getByRole('checkbox', { name: 'Import Keyring Two' }).check()
  await page.getByRole('button', { name: 'Import what is ticked' }).click()
  await expect(page.getByRole('main').getByRole('status')).toContainText('1 investigator added.')
  expect(await rowsOf(two.fingerprint)).toHaveLength(1)
  expect([...(await rowsOf(one.fingerprint)), ...(await rowsOf(old.fingerprint))]).toEqual([])

  const answer = await request.get('/investigators/keyring/download?format=binary')
  expect(answer.headers()['content-disposition']).toBe('attachment; filename="pubring.gpg"')
  const keys = await openpgp.readKeys({ binaryKeys: await answer.body() })
  const fingerprints = keys.map((key) => key.getFingerprint().toUpperCase())
  expect(fingerprints).toContain(two.fingerprint)
  expect(keys.some((key) => key.isPrivate())).toBe(false)
  expect((await request.get('/investigators/keyring/download?format=zip')).status()).toBe(400)
})

test('the overview warns of keys that expire or have failed', async ({ page }) => {
  await page.goto('/')
  const keys = page.getByRole('region', { name: 'Keys' })
  await expect(keys.getByRole('listitem').filter({ hasText: 'Joaquín Reyes' })).toContainText('the key expires in')
  await expect(keys.getByRole('listitem').filter({ hasText: 'Noor Haddad' })).toContainText('revoked')
  const all = keys.getByRole('link', { name: /^All \d+ keys$/ })
  const count = Number((await all.innerText()).replaceAll(/\D/g, ''))
  await all.click()
  await expect(page).toHaveURL(/key=warned/)
  await expect(page.getByRole('rowheader')).toHaveCount(count)
})

test('the list tells the state of every key, and filters by it', async ({ page }) => {
  await page.goto('/investigators')
  const line = (name: string) => page.getByRole('row').filter({ hasText: name })
  await expect(line('Ada Okafor')).toContainText('good')
  await expect(line('Joaquín Reyes')).toContainText('expiring')
  await expect(line('Sam Whitlock')).toContainText('expired')
  await expect(line('Noor Haddad')).toContainText('revoked')
  await expect(line('Lena Brandt')).toContainText('no key')
  await expect(line('Mei-Lin Chow')).toContainText('unusable for agents')
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
