import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import * as openpgp from 'openpgp'
import pg from 'pg'
import { type Embedded, startEmbedded } from '@/lib/db/embedded'
import { startSiteForTests, type TestSite, temporaryDataDir, testEnvironment } from '@/lib/testing/site'
import { expect, test } from './fixtures'
import { signText, textIn } from './people'

test.use({ role: 'nobody' })

const ROOT = path.resolve(import.meta.dirname, '..')
const PASSWORD = 'for this test only'
const PASSPHRASE = 'a passphrase of some length'
const NAME = 'Grace First'

type Key = { publicKey: string; privateKey: string; sign(text: string): Promise<string> }

/** A key that gpg made and signs with, or where there is no gpg OpenPGP.js. */
async function newKey(home: string): Promise<Key> {
  const gpg = (args: string[], input?: string) =>
    execFileSync('gpg', ['--batch', '--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE, ...args], {
      encoding: 'utf8',
      input,
      stdio: 'pipe',
      env: { ...process.env, GNUPGHOME: home },
    })
  try {
    gpg(['--version'])
  } catch {
    const made = await openpgp.generateKey({ type: 'rsa', rsaBits: 2048, userIDs: [{ name: NAME }] })
    const locked = await openpgp.encryptKey({
      privateKey: await openpgp.readPrivateKey({ armoredKey: made.privateKey }),
      passphrase: PASSPHRASE,
    })
    return { publicKey: made.publicKey, privateKey: locked.armor(), sign: (text) => signText(made, text) }
  }
  gpg(['--quick-generate-key', `${NAME} <grace@example.net>`, 'rsa2048', 'sign', 'never'])
  return {
    publicKey: gpg(['--armor', '--export']),
    privateKey: gpg(['--armor', '--export-secret-keys']),
    sign: async (text) => gpg(['--armor', '--detach-sign'], text),
  }
}

test.describe('on a MIG database that the program never saw', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mig-first-'))
  const dataDir = temporaryDataDir()
  let cluster: Embedded
  let site: TestSite | undefined

  /** The operator's command line, as its own process; returns what it printed. */
  const cli = async (settings: Record<string, string>, ...args: string[]) =>
    (
      await promisify(execFile)(process.execPath, ['scripts/mig-dashboard.js', ...args], {
        cwd: ROOT,
        env: { ...testEnvironment(settings), INIT_CWD: home },
      })
    ).stdout

  const asOwner = async (url: string, ...statements: string[]) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }

  test.afterAll(async () => {
    await site?.stop()
    await cluster?.stop()
    try {
      execFileSync('gpgconf', ['--kill', 'all'], { env: { ...process.env, GNUPGHOME: home }, stdio: 'ignore' })
    } catch {
      // Where there is no gpg there is no agent of it.
    }
    for (const dir of [home, dataDir]) rmSync(dir, { recursive: true, force: true })
  })

  test('who has nothing but a key becomes the first admin, and signs in by both ways', async ({ page }) => {
    test.slow()
    cluster = await startEmbedded({ dir: dataDir })
    const on = (database: string, user?: string) => {
      const url = new URL(cluster.ownerUrl)
      url.pathname = `/${database}`
      if (user) Object.assign(url, { username: user, password: encodeURIComponent(PASSWORD) })
      return url.href
    }
    const ownerUrl = on('restored')
    const programUrl = on('restored', 'dashboard_of_ours')
    await asOwner(on('postgres'), 'CREATE DATABASE restored TEMPLATE template0')
    await asOwner(ownerUrl, readFileSync(path.join(ROOT, 'lib/testing/mig-schemas/scripts.sql'), 'utf8'))

    const statements = await cli({}, 'db', 'sql', '--url', ownerUrl, '--role', 'dashboard_of_ours')
    await asOwner(ownerUrl, statements, `ALTER ROLE dashboard_of_ours PASSWORD '${PASSWORD}'`)
    const key = await newKey(home)
    writeFileSync(path.join(home, 'key.asc'), key.publicKey)
    const settings = { DATABASE_URL: programUrl, MIG_SPOOL_DIR: path.join(home, 'no-spool') }
    expect(await cli(settings, 'investigator', 'add', 'key.asc', '--admin')).toContain(`${NAME} is added`)
    site = await startSiteForTests(settings)

    await page.goto(`${site.url}/investigators`)
    await expect(page).toHaveURL(`${site.url}/sign-in?next=%2Finvestigators`)
    await expect(page.getByText('As a person of the demo')).toHaveCount(0)
    const terminal = page.getByRole('region', { name: 'In a terminal' })
    await terminal.getByRole('button', { name: 'Get a text to sign' }).click()
    await expect(terminal.getByLabel('Signature', { exact: true })).toBeVisible()
    await terminal.getByLabel('Signature', { exact: true }).fill(await key.sign(textIn(await terminal.innerText())))
    await terminal.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page).toHaveURL(`${site.url}/investigators`)
    await expect(page.getByRole('rowheader', { name: NAME })).toBeVisible()
    await signOut(page)

    await page.goto(`${site.url}/sign-in?next=/investigators/add`)
    const keyFile = page.getByRole('region', { name: 'In this page, with a key file' })
    await keyFile
      .getByLabel('Private key file')
      .setInputFiles({ name: 'key.asc', mimeType: 'text/plain', buffer: Buffer.from(key.privateKey) })
    await keyFile.getByLabel('Passphrase').fill(PASSPHRASE)
    await keyFile.getByRole('button', { name: 'Sign and sign in' }).click()
    await expect(page).toHaveURL(`${site.url}/investigators/add`)
    await expect(page.getByRole('textbox', { name: /key/i })).toBeVisible()
    await signOut(page)

    expect(await cli(settings, 'audit', 'verify')).toContain('rows belong together')
  })
})

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: `Signed in as ${NAME}` }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
}
