import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from '@playwright/test'
import * as openpgp from 'openpgp'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'
import { demoKey, INVESTIGATOR, signText, textIn } from './people'
import { send } from './raw-http'

test.use({ role: 'nobody' })

// All of these sign in from one address, more often together than one person may in a minute.
test.beforeEach(async () => {
  await readRows(`DELETE FROM dashboard.attempt WHERE kind = 'issue'`)
})

const ADA = 'Ada Okafor'
const MEILIN = 'Mei-Lin Chow'
const JOAQUIN = 'Joaquín Reyes'
const REFUSED = 'This signature was not accepted'
const OWN = new URL(process.env.E2E_BASE_URL ?? 'http://127.0.0.1').origin

const person = (page: Page, name: string) => page.getByRole('button', { name: `Signed in as ${name}` })
const terminal = (page: Page) => page.getByRole('region', { name: 'In a terminal' })
const keyFile = (page: Page) => page.getByRole('region', { name: 'In this page, with a key file' })

async function getText(page: Page): Promise<string> {
  await terminal(page).getByRole('button', { name: 'Get a text to sign' }).click()
  await expect(terminal(page).getByLabel('Signature', { exact: true })).toBeVisible()
  return textIn(await terminal(page).innerText())
}

async function paste(page: Page, signature: string): Promise<void> {
  await terminal(page).getByLabel('Signature', { exact: true }).fill(signature)
  await terminal(page).getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signInByPaste(page: Page, name: string): Promise<void> {
  await paste(page, await signText(demoKey(name), await getText(page)))
}

async function asDemoPerson(page: Page, name: string, next = '/settings'): Promise<void> {
  await page.goto(`/sign-in?next=${next}`)
  await page.getByRole('button', { name }).click()
  await expect(page).toHaveURL(next)
}

const protectedKey = async (name: string, passphrase: string) =>
  (
    await openpgp.encryptKey({
      privateKey: await openpgp.readPrivateKey({ armoredKey: demoKey(name).privateKey }),
      passphrase,
    })
  ).armor()

const asFile = (text: string, name = 'key.asc') => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(text),
})

test('who is not signed in is sent to sign in, and comes back to the page that was asked for', async ({ page }) => {
  const wanted = '/actions?status=completed&sort=name'
  await page.goto(wanted)
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(wanted)}`)
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await signInByPaste(page, INVESTIGATOR)
  await expect(page).toHaveURL(wanted)
  await expect(person(page, INVESTIGATOR)).toBeVisible()
  await expect(page.getByRole('rowheader').first()).toBeVisible()
})

test('nothing but the sign-in page answers nobody', async () => {
  for (const address of ['/', '/agents', '/no/such/page', '/settings']) {
    for (const headers of [{}, { rsc: '1' }, { rsc: '1', 'next-router-prefetch': '1' }] as Record<string, string>[]) {
      let answer = await send(address, { headers: { ...headers, cookie: null } })
      // Next sends a request for data on to the address that says so.
      if (answer.headers.location?.includes('_rsc') && !answer.headers.location.includes('/sign-in'))
        answer = await send(answer.headers.location, { headers: { ...headers, cookie: null } })
      // A prefetch gets the names of the parts alone.
      if (!('next-router-prefetch' in headers))
        expect(`${answer.headers.location}${answer.body}`, address).toContain('/sign-in')
      expect(answer.body, address).not.toContain('Signed in as')
      expect(answer.body, address).not.toContain('Demo data')
    }
  }
  for (const address of ['/actions/export?format=csv', '/agents/new', '/investigators/2/key']) {
    const answer = await send(address, { headers: { cookie: null } })
    expect(answer.status, address).toBe(401)
    expect(answer.body, address).toContain('You are not signed in')
  }
  expect((await send('/healthz', { headers: { cookie: null } })).status).toBe(200)
})

test.describe('in a terminal', () => {
  test('a refusal keeps the text, and the right signature then lets in, out, and in again', async ({ page }) => {
    await page.goto('/sign-in')
    const text = await getText(page)
    expect(text).toContain(`origin=${OWN};`)
    await paste(page, await signText(demoKey(ADA), `${text}.`))
    await expect(terminal(page).getByRole('alert')).toContainText(REFUSED)
    await expect(terminal(page)).toContainText('printf %s')
    expect(textIn(await terminal(page).innerText())).toBe(text)
    await page.reload()
    expect(textIn(await terminal(page).innerText())).toBe(text)

    const signature = await signText(demoKey(ADA), text)
    await paste(page, signature.replaceAll(/\r?\n/g, '\r\n'))
    await expect(page).toHaveURL('/')
    await person(page, ADA).click()
    await expect(page.getByText('admin', { exact: true })).toBeVisible()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page).toHaveURL('/sign-in')
    await page.goBack()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
    await page.goto('/agents')
    await expect(page).toHaveURL('/sign-in?next=%2Fagents')

    // The used signature is worth nothing; a new one is.
    await getText(page)
    await paste(page, signature)
    await expect(terminal(page).getByRole('alert')).toContainText(REFUSED)
    await paste(page, await signText(demoKey(ADA), textIn(await terminal(page).innerText())))
    await expect(page).toHaveURL('/agents')
  })

  test('the signature may come as a file, armored or binary', async ({ page }) => {
    for (const binary of [false, true]) {
      await page.goto('/sign-in?next=/commands')
      const armored = await signText(demoKey(MEILIN), await getText(page))
      const { data } = await openpgp.unarmor(armored)
      const buffer = binary ? Buffer.from(data as unknown as Uint8Array) : Buffer.from(armored)
      const file = { name: 'text.sig', mimeType: 'application/octet-stream', buffer }
      await terminal(page).getByLabel('or its file').setInputFiles(file)
      await terminal(page).getByRole('button', { name: 'Sign in', exact: true }).click()
      await expect(page).toHaveURL('/commands')
    }
  })

  test('without a signature nothing is checked', async ({ page }) => {
    await page.goto('/sign-in')
    await getText(page)
    await terminal(page).getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(terminal(page).getByRole('alert')).toContainText('There is no signature')
  })

  test.describe('without scripts', () => {
    test.use({ javaScriptEnabled: false })

    test('it is all forms', async ({ page }) => {
      await page.goto('/agents')
      await expect(page).toHaveURL('/sign-in?next=%2Fagents')
      await expect(keyFile(page)).toContainText('needs JavaScript')
      await expect(keyFile(page).getByRole('button')).toBeHidden()
      const text = await getText(page)
      await paste(page, 'nonsense')
      await expect(terminal(page).getByRole('alert')).toContainText(REFUSED)
      expect(textIn(await terminal(page).innerText())).toBe(text)
      await paste(page, await signText(demoKey(JOAQUIN), text))
      await expect(page).toHaveURL('/agents')
      await person(page, JOAQUIN).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await expect(page).toHaveURL('/sign-in')
    })
  })
})

test.describe('with gpg itself', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mig-gpg-'))
  const run = (program: string, args: string[], input?: string) =>
    execFileSync(program, args, { encoding: 'utf8', input, env: { ...process.env, GNUPGHOME: home }, stdio: 'pipe' })
  const hasGpg = (() => {
    try {
      return run('gpg', ['--version']).includes('GnuPG')
    } catch {
      return false
    }
  })()

  test.afterAll(() => {
    try {
      run('gpgconf', ['--kill', 'all'])
    } catch {
      // Where there is no gpg there is no agent of it.
    }
    rmSync(home, { recursive: true, force: true })
  })

  test('the command that the page shows signs what it takes', async ({ page }) => {
    test.skip(!hasGpg, 'there is no gpg here')
    chmodSync(home, 0o700)
    run('gpg', ['--batch', '--import'], demoKey(ADA).privateKey)
    await page.goto('/sign-in?next=/investigators')
    await getText(page)
    const command = await terminal(page)
      .getByRole('figure', { name: 'the command', exact: true })
      .locator('pre')
      .innerText()
    expect(command.trim()).toMatch(/^printf %s 'MIG dashboard sign-in 1; [^']+' \| gpg --armor --detach-sign$/)
    await paste(page, run('sh', ['-c', command.trim()]))
    await expect(page).toHaveURL('/investigators')
    await expect(person(page, ADA)).toBeVisible()
  })
})

test.describe('in the page, with a key file', () => {
  const PASSPHRASE = 'correct horse battery staple'
  const secrets = (armored: string) => armored.split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}\r?$/.test(line))

  /** Every request of the page, its body with it, as it leaves the browser. */
  function watchRequests(page: Page): string[] {
    const seen: string[] = []
    page.on('request', (request) => {
      const body = request.postDataBuffer()
      seen.push(
        `${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${body?.toString('latin1') ?? ''}`,
      )
    })
    return seen
  }

  for (const [what, name] of [
    ['an RSA key', ADA],
    ['an Ed25519 key with a signing subkey', MEILIN],
    ['a key on P-256', JOAQUIN],
  ] as const)
    test(`${what}: key and passphrase never leave the page`, async ({ page }) => {
      const seen = watchRequests(page)
      const armored = await protectedKey(name, PASSPHRASE)
      await page.goto('/sign-in?next=/commands')
      await hydrated(page)
      const way = keyFile(page)
      await way.getByLabel('Private key file').setInputFiles(asFile(armored))
      await expect(way).toContainText('key.asc')
      await way.getByLabel('Passphrase').fill('wrong horse')
      await way.getByRole('button', { name: 'Sign and sign in' }).click()
      await expect(way.getByRole('alert')).toContainText('The passphrase does not open this key')
      await expect(way.getByLabel('Passphrase')).toHaveValue('')
      await expect(way.getByLabel('Private key file')).toHaveValue('')

      await way.getByLabel('Private key file').setInputFiles(asFile(armored))
      await way.getByLabel('Passphrase').fill(PASSPHRASE)
      await way.getByLabel('Passphrase').press('Enter')
      await expect(page).toHaveURL('/commands')
      await expect(person(page, name)).toBeVisible()

      const sent = seen.join('\n')
      expect(sent).toContain('BEGIN PGP SIGNATURE')
      expect(sent).not.toContain('PRIVATE KEY')
      expect(sent).not.toMatch(/horse|key\.asc/)
      const lines = secrets(armored)
      expect(lines.length).toBeGreaterThan(3)
      for (const line of lines) expect(sent).not.toContain(line.trim())
    })

  test('a file is dropped; a key without passphrase, armored or binary', async ({ page }) => {
    for (const binary of [false, true]) {
      await page.goto('/sign-in?next=/commands')
      await hydrated(page)
      const { data } = await openpgp.unarmor(demoKey(MEILIN).privateKey)
      const bytes = binary
        ? [...(data as unknown as Uint8Array)]
        : [...new TextEncoder().encode(demoKey(MEILIN).privateKey)]
      const dataTransfer = await page.evaluateHandle((content) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([new Uint8Array(content)], 'dropped.gpg'))
        return transfer
      }, bytes)
      await keyFile(page).getByText('Drop it here').dispatchEvent('drop', { dataTransfer })
      await expect(keyFile(page)).toContainText('dropped.gpg')
      await keyFile(page).getByRole('button', { name: 'Sign and sign in' }).click()
      await expect(page).toHaveURL('/commands')
    }
  })

  test('what is no private key gets a sentence, and is not kept', async ({ page }) => {
    await page.goto('/sign-in')
    await hydrated(page)
    const way = keyFile(page)
    const press = () => way.getByRole('button', { name: 'Sign and sign in' }).click()
    await press()
    await expect(way.getByRole('alert')).toContainText('Choose the file of your private key')
    const { data } = await openpgp.unarmor(demoKey(ADA).publicKey)
    const both = `${demoKey(ADA).privateKey}\n${demoKey(JOAQUIN).privateKey}`
    for (const [file, sentence] of [
      [asFile(demoKey(ADA).publicKey), 'This is a public key'],
      [{ ...asFile(''), buffer: Buffer.from(data as unknown as Uint8Array) }, 'This is a public key'],
      [asFile('not a key at all'), 'no private key'],
      [asFile(''), 'no private key'],
      [asFile(await protectedKey(ADA, PASSPHRASE)), 'type its passphrase'],
      [asFile(demoKey('Sam Whitlock').privateKey), 'expired'],
      [asFile(both), 'several private keys'],
    ] as const) {
      await way.getByLabel('Private key file').setInputFiles(file)
      await press()
      await expect(way.getByRole('alert')).toContainText(sentence)
      await expect(way.getByLabel('Private key file')).toHaveValue('')
    }
  })
})

test('sign-in leads nowhere but into this site', async ({ page }) => {
  for (const next of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/%09/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
  ]) {
    await page.goto(`/sign-in?next=${encodeURIComponent(decodeURIComponent(next))}`)
    await page.getByRole('button', { name: JOAQUIN }).click()
    await expect(page, next).toHaveURL(`${OWN}/`)
  }
})

test.describe('the people of the demo', () => {
  test('are let in by their own keys, or refused like everybody', async ({ page }) => {
    await asDemoPerson(page, ADA)
    await expect(person(page, ADA)).toBeVisible()
    await page.goto('/sign-in')
    await expect(page.getByText(`You are signed in as ${ADA}`)).toBeVisible()
    for (const name of ['Sam Whitlock', 'Noor Haddad', 'Lena Brandt']) {
      await page.goto('/sign-in')
      await page.getByRole('button', { name }).click()
      await expect(page.getByRole('main').getByRole('alert')).toContainText(REFUSED)
    }
  })

  test('are offered to nobody who comes through somebody else', async () => {
    expect((await send('/sign-in', { headers: { cookie: null } })).body).toContain('As a person of the demo')
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
      const answer = await send('/sign-in', { headers: { cookie: null, [header]: '203.0.113.9' } })
      expect(answer.status, header).toBe(200)
      expect(answer.body, header).not.toContain('person of the demo')
    }
  })
})

async function anotherBrowser(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: OWN, storageState: { cookies: [], origins: [] } })
  const page = await context.newPage()
  await asDemoPerson(page, name)
  return page
}

test.describe('sessions', () => {
  test('one’s own are listed, and one is revoked while it is used', async ({ page, browser }) => {
    await asDemoPerson(page, MEILIN)
    const own = page.getByRole('table', { name: 'Your sessions' })
    await expect(own.getByText('this one')).toHaveCount(1)
    await expect(page.getByRole('heading', { name: 'Everybody’s sessions' })).toHaveCount(0)
    const before = await own.getByRole('row').count()
    const other = await anotherBrowser(browser, MEILIN)
    await page.reload()
    await expect(own.getByRole('row')).toHaveCount(before + 1)
    await own
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click()
    await expect(page.getByRole('status')).toContainText('1 session of yours ended')
    await expect(own.getByRole('row')).toHaveCount(before)
    await other.getByRole('link', { name: 'Agents', exact: true }).click()
    await expect(other).toHaveURL('/sign-in?next=%2Fagents')
    await other.context().close()
  })

  test('who comes back is told what changed since, in figures that lead to their rows', async ({ page }) => {
    await asDemoPerson(page, INVESTIGATOR)
    const cookie = (await page.context().cookies()).find(({ name }) => name === 'mig-session')?.value ?? ''
    const mine = `token_hash = decode('${createHash('sha256').update(cookie).digest('hex')}', 'hex')`
    // Older than those of other tests, which sign in as the same person; and one from before it.
    await readRows(`UPDATE dashboard.session SET created_at = created_at - interval '20 days' WHERE ${mine}`)
    await readRows(`INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, created_at, last_used_at, expires_at)
      SELECT gen_random_uuid(), sha256(token_hash), investigator_id, fingerprint, created_at - interval '1 day',
        clock_timestamp() - interval '50 hours', clock_timestamp() - interval '40 hours' FROM dashboard.session WHERE ${mine}`)
    await page.goto('/')
    const since = page.getByRole('region', { name: 'Since you were here last' })
    await expect(since).toContainText('2 d ago')
    const actions = since.getByRole('link', { name: /actions began to be valid/ })
    const count = /[\d,]+/.exec(await actions.innerText())?.[0]
    await actions.click()
    await expect(page).toHaveURL(/\/actions\?from=/)
    await expect(page.getByTestId('total')).toContainText(`${count} in all`)
  })

  test('an admin ends anybody’s; a write under way is refused with a way back', async ({ page, browser }) => {
    test.slow()
    await asDemoPerson(page, ADA)
    const second = await anotherBrowser(browser, ADA)
    await second.goto('/investigators/add')
    await hydrated(second)
    const { publicKey } = await openpgp.generateKey({ type: 'curve25519', userIDs: [{ name: 'Too Late' }] })
    await second.getByRole('textbox', { name: /key/i }).fill(publicKey)
    await page.reload()
    const all = page.getByRole('table', { name: 'Everybody’s sessions' })
    await expect(all).toBeVisible()
    const cookie = (await second.context().cookies()).find(({ name }) => name === 'mig-session')?.value ?? ''
    const hash = createHash('sha256').update(cookie).digest('hex')
    const [session] = await readRows<{ id: string }>(
      `SELECT id::text AS id FROM dashboard.session WHERE token_hash = decode('${hash}', 'hex')`,
    )
    await all.locator(`button[value="${session?.id}"]`).click()
    await expect(page.getByRole('status')).toContainText('ended')
    const form = second.getByRole('main').locator('form')
    await form.getByRole('button', { name: 'Read the key' }).click()
    await expect(form.getByRole('alert')).toContainText('You are not signed in, or your session has ended')
    expect(await readRows(`SELECT FROM public.investigators WHERE name = 'Too Late'`)).toHaveLength(0)
    await form.getByRole('link', { name: 'Sign in again' }).click()
    await expect(second).toHaveURL('/sign-in?next=%2Finvestigators%2Fadd')
    await second.context().close()
  })
})
