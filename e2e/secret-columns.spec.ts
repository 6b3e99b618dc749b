import { execFileSync } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { startEmbedded } from '@/lib/db/embedded'
import { newKey } from '@/lib/testing/keys'
import { startSiteForTests, type TestSite, temporaryDataDir, testEnvironment } from '@/lib/testing/site'
import { expect, test } from './fixtures'

test.use({ role: 'nobody' })

const ROOT = path.resolve(import.meta.dirname, '..')
const PASSWORD = 'for this test only'
const MARKS = ['MARKED-PRIVATE-KEY', 'MARKED-API-KEY', 'MARKED-API-SALT', 'MARKED-LOADER-KEY', 'MARKED-LOADER-SALT']

// What bytes look like in text, in hex, in base64 and in PostgreSQL's own form.
const spellings = (mark: string) => {
  const bytes = Buffer.from(mark)
  return [mark, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '')]
}

test.describe('a database of 2019, whose secret columns are marked', () => {
  const dataDir = temporaryDataDir()
  let cluster: Awaited<ReturnType<typeof startEmbedded>> | undefined
  let site: TestSite | undefined
  test.afterAll(async () => {
    await site?.stop()
    await cluster?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('no page, export, key, keyring, RSC payload or log holds a secret column', async ({ request }) => {
    test.slow()
    cluster = await startEmbedded({ dir: dataDir })
    const on = (database: string, user?: string) => {
      const url = new URL(cluster?.ownerUrl ?? '')
      url.pathname = `/${database}`
      if (user) Object.assign(url, { username: user, password: encodeURIComponent(PASSWORD) })
      return url.href
    }
    const asOwner = async (url: string, ...statements: [string, unknown[]?][]) => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        for (const [text, values] of statements) await client.query(text, values)
      } finally {
        await client.end()
      }
    }
    const url = on('later')
    await asOwner(on('postgres'), ['CREATE DATABASE later TEMPLATE template0'])
    await asOwner(url, [readFileSync(path.join(ROOT, 'lib/testing/mig-schemas/2019.sql'), 'utf8')])
    const grants = execFileSync(
      process.execPath,
      ['scripts/mig-dashboard.js', 'db', 'sql', '--url', url, '--role', 'dashboard_of_ours'],
      { cwd: ROOT, env: testEnvironment({}), encoding: 'utf8' },
    )
    const key = await newKey('Ann Lee', { days: 300 })
    const secret = randomBytes(32).toString('base64url')
    await asOwner(
      url,
      [grants],
      [`ALTER ROLE dashboard_of_ours PASSWORD '${PASSWORD}'`],
      [
        `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey, status, createdat, lastmodified, permissions,
           privatekey, apikey, apisalt)
         VALUES (5, 'Ann Lee', $1, convert_to($2, 'UTF8'), 'active', now(), now(), 63, convert_to($3, 'UTF8'),
           convert_to($4, 'UTF8'), convert_to($5, 'UTF8'))`,
        [key.fingerprint, key.publicKey, MARKS[0], MARKS[1], MARKS[2]],
      ],
      [`INSERT INTO dashboard.person (investigator_id, fingerprint, role) VALUES (5, $1, 'admin')`, [key.fingerprint]],
      [
        `INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, expires_at)
         VALUES ($1, $2, 5, $3, clock_timestamp() + interval '1 hour')`,
        [randomUUID(), createHash('sha256').update(secret).digest(), key.fingerprint],
      ],
    )
    site = await startSiteForTests({
      DATABASE_URL: on('later', 'dashboard_of_ours'),
      MIG_SPOOL_DIR: path.join(dataDir, 'no-spool'),
    })
    const cookie = `mig-session=${secret}`
    const addresses = [
      '/',
      '/investigators?cols=all',
      '/investigators/5',
      '/investigators/5/replace',
      '/investigators/add',
      '/investigators/import',
      '/investigators/keyring?keys=all',
      '/investigators/5/key',
      '/investigators/export?format=csv',
      '/investigators/export?format=ndjson',
      '/investigators/keyring/download?format=armored&keys=all',
      '/investigators/keyring/download?format=binary&keys=all',
      '/audit',
      '/audit/export?format=ndjson',
      '/settings',
    ]
    const found: string[] = []
    for (const address of addresses)
      for (const headers of [{ cookie }, { cookie, rsc: '1' }] as Record<string, string>[]) {
        const answer = await request.get(`${site.url}${address}`, { headers, maxRedirects: 0 })
        const body = (await answer.body()).toString('latin1')
        for (const mark of MARKS)
          if (spellings(mark).some((text) => body.includes(text))) found.push(`${mark} on ${address}`)
        if (address === '/investigators/5' && !('rsc' in headers)) expect(body).toContain('Ann Lee')
      }
    expect(found).toEqual([])
    for (const mark of MARKS) for (const text of spellings(mark)) expect(site.output()).not.toContain(text)
  })
})
