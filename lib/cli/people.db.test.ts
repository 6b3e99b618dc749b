import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '@/lib/cli/main'
import { bareMigDatabase, run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { newKey, type TestKey } from '@/lib/testing/keys'

let dir: string
let keys: Record<'ann' | 'bob', TestKey>
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'mig-dashboard-cli-'))
  keys = { ann: await newKey('Ann Lee'), bob: await newKey('Bob\u202e Ray') }
  await writeFile(path.join(dir, 'ann.asc'), keys.ann.publicKey)
  await writeFile(path.join(dir, 'private.asc'), keys.ann.privateKey)
  await writeFile(path.join(dir, 'huge.asc'), 'x'.repeat(1_100_000))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

type Given = { input?: string; answer?: string; url?: string }

/** Calls the command line; `answer` is what a person at a terminal says. */
async function call(given: Given, ...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const asked: string[] = []
  const { answer, input } = given
  const code = await runCli(argv, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    environment: { DATABASE_URL: given.url, INIT_CWD: dir },
    ask:
      answer === undefined
        ? undefined
        : async (question) => {
            asked.push(question)
            return answer
          },
    read: async () => input ?? '',
  })
  return { code, out: out.join('\n'), err: err.join('\n'), asked }
}

describe.each([
  ['data-rst', 'programUrl'],
  ['scripts', 'ownerUrl'],
  ['2019', 'programUrl'],
] as const)("the operator's commands, layout %s, with the %s", (vintage, role) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase({ vintage })
  })
  afterAll(() => database.drop())
  const cli = (...argv: string[]) => call({ url: database[role] }, ...argv)
  const at = (given: Given, ...argv: string[]) => call({ url: database[role], ...given }, ...argv)
  const audits = () => run(database.ownerUrl, 'SELECT * FROM dashboard.audit ORDER BY id')
  const lastAudit = async () => (await audits()).at(-1)

  test('the first admin comes in by a file, the next person by standard input', async () => {
    const added = await cli('investigator', 'add', '--admin', 'ann.asc')
    expect(added).toMatchObject({ code: 0, err: expect.stringMatching(/^Warning: The key never expires/) })
    expect(added.out).toMatch(
      new RegExp(`^Ann Lee is added: investigator \\d+, fingerprint ${keys.ann.fingerprint}, an admin`),
    )
    expect(await lastAudit()).toMatchObject({
      kind: 'investigator.add',
      via: 'operator',
      viewer_name: 'operator (system account)',
      viewer_id: null,
      after: { name: 'Ann Lee', role: 'admin' },
    })
    const piped = await at(
      { input: keys.bob.publicKey },
      'investigator',
      'add',
      '-',
      '--name',
      'Bob\u2068 Ray',
      '--json',
    )
    expect(piped.code).toBe(0)
    expect(JSON.parse(piped.out)).toMatchObject({
      name: 'Bob\u2068 Ray',
      fingerprint: keys.bob.fingerprint,
      completed: false,
      admin: false,
    })
    const again = await cli('investigator', 'add', 'ann.asc')
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('known already') })
    expect(await audits()).toHaveLength(2)
  })

  test('what is no public key, or no file, is a sentence and changes nothing', async () => {
    const before = (await audits()).length
    const secret = keys.ann.privateKey.split('\n')[4] ?? 'none'
    const cases: [string, number, RegExp][] = [
      ['private.asc', 2, /private key/],
      ['missing.asc', 1, /missing\.asc is not there/],
      ['.', 1, /is a folder/],
      ['huge.asc', 1, /far larger than a key/],
      ['-', 2, /no key/],
    ]
    for (const [file, code, sentence] of cases) {
      const result = await cli('investigator', 'add', file)
      expect([file, result.code, result.out]).toEqual([file, code, ''])
      expect(result.err).toMatch(sentence)
      expect(result.err).not.toContain(secret)
    }
    expect(await cli('investigator', 'add')).toMatchObject({ code: 2, err: expect.stringContaining('needs FILE.asc') })
    expect(await audits()).toHaveLength(before)
  })

  test('the list tells role, reason and whether each can sign in, without obeying a name', async () => {
    const list = await cli('investigator', 'list')
    expect(list.code).toBe(0)
    const [head, ann, bob] = list.out.split('\n')
    expect(head).toMatch(/^ID +NAME +FINGERPRINT +ROLE +SIGN-IN$/)
    expect(ann).toMatch(new RegExp(`Ann Lee +${keys.ann.fingerprint} +admin \\(granted\\) +yes$`))
    expect(bob).toMatch(/Bob\\u\{2068\} Ray .+ investigator \(by default\) +yes$/)
    expect(JSON.parse((await cli('investigator', 'list', '--json')).out)).toMatchObject([
      { name: 'Ann Lee', role: 'admin', why: 'granted', canSignIn: true, hindrance: null },
      { role: 'investigator', why: 'default', granted: null },
    ])
  })

  test('roles: granted, asked about before they are taken, never the last admin’s', async () => {
    const { ann, bob } = { ann: keys.ann.fingerprint, bob: keys.bob.fingerprint }
    expect(await cli('role', 'grant', bob, 'king')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no role "king"'),
    })
    expect(await cli('role', 'grant', 'Bob', 'admin')).toMatchObject({
      code: 2,
      err: expect.stringContaining('names nobody'),
    })
    expect(await cli('role', 'grant', 'F'.repeat(40), 'admin')).toMatchObject({ code: 1 })
    for (const argv of [
      ['role', 'grant', ann, 'none', '--yes'],
      ['role', 'revoke', ann, 'admin', '--yes'],
      ['investigator', 'disable', ann, '--yes'],
    ])
      expect(await cli(...argv)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('last admin who can still sign in'),
      })
    const spelled = bob.toLowerCase().replace(/(.{4})/g, '$1 ')
    expect(await cli('role', 'grant', spelled, 'admin')).toMatchObject({
      code: 0,
      out: expect.stringContaining('has the role admin'),
    })
    expect(await lastAudit()).toMatchObject({ kind: 'role.grant', via: 'operator', after: { granted: 'admin' } })
    const before = (await audits()).length
    expect(await cli('role', 'revoke', bob.slice(-16), 'investigator')).toMatchObject({
      code: 1,
      err: expect.stringContaining('but admin'),
    })
    expect(await cli('role', 'revoke', bob, 'admin')).toMatchObject({
      code: 2,
      err: expect.stringContaining('say --yes'),
    })
    expect(await cli('role', 'grant', bob, 'investigator')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    })
    const no = await at({ answer: '' }, 'role', 'revoke', bob, 'admin')
    expect(no).toMatchObject({ code: 1, err: 'Nothing was changed.', asked: [expect.stringContaining('[y/N]')] })
    expect(await audits()).toHaveLength(before)
    expect(await at({ answer: 'y' }, 'role', 'revoke', bob, 'admin', '--json')).toMatchObject({ code: 0 })
    expect(await lastAudit()).toMatchObject({ kind: 'role.revoke', after: { granted: null, role: 'investigator' } })
  })

  test('tokens: the last line is the token alone, it is listed without it, revoked after a question', async () => {
    const bob = keys.bob.fingerprint
    const made = await cli('token', 'create', bob, '--name', 'nightly', '--days', '7')
    expect(made).toMatchObject({ code: 0, err: '' })
    const token = made.out.split('\n').at(-1) ?? ''
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const json = JSON.parse((await cli('token', 'create', '--metrics', 'prometheus', '--json')).out)
    expect(json).toMatchObject({ name: 'prometheus', person: null, token: expect.stringMatching(/^[\w-]{43}$/) })
    expect(Math.round((Date.parse(json.expires) - Date.now()) / 86_400_000)).toBe(90)
    expect(JSON.stringify(await audits())).not.toContain(token)
    const list = await cli('token', 'list')
    expect(list.out).toMatch(/metrics +prometheus .+ never +live/)
    expect(list.out).toMatch(/nightly .+ never +live/)
    expect(list.out).not.toContain(token)
    const own = JSON.parse((await cli('token', 'list', bob, '--json')).out)
    expect(own).toMatchObject([{ name: 'nightly', kind: 'person', state: 'live' }])
    const { id } = own[0]
    for (const argv of [
      ['token', 'create'],
      ['token', 'create', bob, '--metrics', 'x'],
      ['token', 'create', '--metrics', 'x', '--name', 'y'],
      ['token', 'create', bob, '--days', '367'],
      ['token', 'create', bob, '--days', '0'],
      ['token', 'create', bob, '--days', '1e1'],
      ['token', 'create', bob, '--name', ' '],
      ['token', 'revoke', id],
    ])
      expect([argv, (await cli(...argv)).code]).toEqual([argv, 2])
    expect(await cli('token', 'revoke', 'nonsense', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no token'),
    })
    expect(await at({ answer: 'no' }, 'token', 'revoke', id)).toMatchObject({ code: 1 })
    expect((await lastAudit())?.kind).toBe('token.create')
    expect(await at({ answer: 'Y' }, 'token', 'revoke', id)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is revoked'),
    })
    expect(await lastAudit()).toMatchObject({ kind: 'token.revoke', object_id: id, via: 'operator' })
    expect(await cli('token', 'revoke', id, '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('already'),
    })
  })

  test('disabling and enabling', async () => {
    const bob = keys.bob.fingerprint
    await cli('token', 'create', bob)
    expect(await cli('investigator', 'disable', bob)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await at({ answer: 'y' }, 'investigator', 'disable', bob)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is disabled; the role that counts is none (1 of the tokens revoked)'),
    })
    expect(await lastAudit()).toMatchObject({ kind: 'investigator.disable', via: 'operator' })
    expect((await cli('investigator', 'list')).out).toMatch(/none \(disabled here\) +no/)
    expect(await cli('token', 'create', bob)).toMatchObject({ code: 1, err: expect.stringContaining('may not read') })
    if (vintage === '2019')
      expect(await run(database.ownerUrl, 'SELECT status FROM public.investigators ORDER BY id')).toEqual([
        { status: 'active' },
        { status: 'disabled' },
      ])
    expect(await cli('investigator', 'enable', bob)).toMatchObject({
      code: 0,
      out: expect.stringContaining('is enabled'),
    })
    expect(await cli('investigator', 'enable', bob)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not disabled'),
    })
  })

  test('audit verify prints the head, takes it back, and names a row that was altered', async () => {
    const fine = await cli('audit', 'verify')
    expect(fine.code).toBe(0)
    const head = fine.out.split('\n').at(-1) ?? ''
    expect(head).toMatch(/^[0-9a-f]{64}$/)
    expect(await cli('audit', 'verify', '--expect', head)).toMatchObject({ code: 0 })
    expect(JSON.parse((await cli('audit', 'verify', '--json')).out)).toMatchObject({ ok: true, head })
    expect(await cli('audit', 'verify', '--expect', 'xyz')).toMatchObject({ code: 2 })
    expect(await cli('audit', 'verify', '--expect', '0'.repeat(64))).toMatchObject({ code: 1 })

    const noDay = await cli('audit', 'checkpoint', '--before', '2025-02-30', '--yes')
    expect(noDay).toMatchObject({ code: 2, err: expect.stringContaining('a day in UTC') })
    expect(await cli('audit', 'checkpoint', '--before', '9999-01-01', '--yes')).toMatchObject({ code: 2 })
    expect(await cli('audit', 'checkpoint', '--before', '2000-01-01')).toMatchObject({ code: 2 })
    const early = await cli('audit', 'checkpoint', '--before', '2000-01-01', '--yes', '--url', database.ownerUrl)
    expect(early).toMatchObject({ code: 0, out: 'There is nothing from before that day.' })
    expect(await cli('audit', 'verify', '--expect', head)).toMatchObject({ code: 0 })

    const [second] = (await audits()).slice(1)
    await run(
      database.ownerUrl,
      `SET session_replication_role = replica; UPDATE dashboard.audit SET viewer_name = 'Somebody' WHERE id = ${second?.id}`,
    )
    const altered = await cli('audit', 'verify')
    expect(altered).toMatchObject({ code: 1, out: '' })
    expect(altered.err).toContain(`Row ${second?.id} was altered`)
    expect(JSON.parse((await cli('audit', 'verify', '--json')).out)).toMatchObject({
      ok: false,
      brokenAt: String(second?.id),
    })
  })
})

test('a database that is not prepared, not reachable or not named rightly is a sentence', async () => {
  const bare = await bareMigDatabase('2019')
  expect(await call({ url: bare.ownerUrl }, 'investigator', 'list')).toMatchObject({
    code: 1,
    err: expect.stringContaining('db sql'),
  })
  await bare.drop()
  expect(await call({ url: bare.ownerUrl }, 'investigator', 'list')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no such database'),
  })
  expect(await call({ url: 'postgresql://u:p@127.0.0.1:1/x' }, 'token', 'list', '--json')).toMatchObject({
    code: 1,
    out: expect.stringContaining('"error"'),
  })
  const missing = await call({}, 'role', 'grant', 'A', 'admin', '--url', 'nonsense')
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('--url is not') })
})

test('every command helps', async () => {
  for (const name of [
    'investigator add',
    'investigator list',
    'investigator disable',
    'investigator enable',
    'role grant',
    'role revoke',
    'token create',
    'token list',
    'token revoke',
    'audit verify',
    'audit checkpoint',
  ]) {
    const { code, out } = await call({}, ...name.split(' '), '--help')
    expect([name, code]).toEqual([name, 0])
    expect(out).toContain(`npm run mig-dashboard -- ${name}`)
    expect(out).toContain('--url URL')
    expect(out).toContain('--json')
  }
})
