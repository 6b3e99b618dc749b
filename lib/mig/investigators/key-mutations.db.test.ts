import * as openpgp from 'openpgp'
import { beforeEach, describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { newKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { chooseDefault, saveView } from '@/lib/views/mutations'
import { listViews } from '@/lib/views/queries'
import { type KeySeen, replaceKey } from './key-mutations'
import { addFingerprint, addInvestigator } from './mutations'
import { previewReplacement } from './previews'
import { removeInvestigator, renameInvestigator } from './row-mutations'

const admin = testViewer('admin')
const anyway = { anyway: true }

/** The same key with another expiry, a further user id, or a revocation. */
async function later(key: { privateKey: string }, how: 'expiry' | 'expired' | 'revoked'): Promise<string> {
  const privateKey = await openpgp.readPrivateKey({ armoredKey: key.privateKey })
  if (how === 'revoked') return (await openpgp.revokeKey({ key: privateKey, format: 'armored' })).publicKey
  const { publicKey } = await openpgp.reformatKey({
    privateKey,
    userIDs: [
      { name: 'Ann Lee', email: 'person@example.net' },
      { name: 'Ann Lee', email: 'ann@work.example.net' },
    ],
    keyExpirationTime: how === 'expired' ? 1 : 900 * 86_400,
    date: new Date(Date.now() - 1000),
  })
  return publicKey
}

describe.each(['data-rst', 'scripts', '2019'] as const)('replacing keys, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const later2019 = vintage === '2019'
  let key: Awaited<ReturnType<typeof newKey>>
  let id: MigId

  beforeEach(async () => {
    await owner(`TRUNCATE public.investigators, public.signatures, public.invagtmodperm, public.modules, public.agents CASCADE;
      TRUNCATE dashboard.person, dashboard.session, dashboard.token`)
    key = await newKey('Ann Lee', { days: 300 })
    id = (await addInvestigator(admin, { name: '', key: key.publicKey })).id
    const columns = later2019 ? ', mode, refreshtime' : ', os'
    await owner(`INSERT INTO public.agents (id, name, queueloc, version, pid, starttime, heartbeattime, status${columns})
      SELECT n, 'a' || n, 'linux.a' || n, '1', n, now(), now(), 'online'${later2019 ? `, '', now()` : `, 'linux'`} FROM generate_series(1, 3) n;
      INSERT INTO public.modules VALUES (1, 'file'), (2, 'netstat');
      INSERT INTO public.invagtmodperm SELECT ${id}, a, m, a * 10 + m FROM generate_series(1, 3) a, generate_series(1, 2) m`)
    // A second admin, so that the first is never the last one.
    const other = await newKey('Bo', { days: 300 })
    await addInvestigator(admin, { name: 'Bo', key: other.publicKey }, { admin: true })
  })

  const seen = async (of: MigId = id): Promise<KeySeen> => {
    const bytes = vintage === 'data-rst' ? `convert_to(publickey, 'UTF8')` : 'publickey'
    const [row] = await owner(
      `SELECT coalesce(pgpfingerprint, '') AS fingerprint, coalesce(encode(sha256(${bytes}), 'hex'), '') AS digest
       FROM public.investigators WHERE id = ${of}`,
    )
    return { investigatorId: of, disabled: false, ...(row as { fingerprint: string; digest: string }) }
  }
  const storedKey = async (of: MigId = id) => {
    const column = vintage === 'data-rst' ? 'publickey' : `convert_from(publickey, 'UTF8')`
    const [row] = await owner(`SELECT ${column} AS key FROM public.investigators WHERE id = ${of}`)
    return openpgp.readKey({ armoredKey: String(row?.key) })
  }
  const audits = async () => owner('SELECT * FROM dashboard.audit ORDER BY id')
  const signIn = async (of: MigId, fingerprint: string) =>
    owner(`INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, expires_at)
        VALUES (gen_random_uuid(), sha256('${of}'), ${of}, '${fingerprint}', now() + interval '1 hour');
      INSERT INTO dashboard.token (id, token_hash, kind, investigator_id, fingerprint, name, created_by, expires_at)
        VALUES (gen_random_uuid(), sha256('t${of}'), 'person', ${of}, '${fingerprint}', 't', 't', now() + interval '1 hour')`)
  const live = async (of: MigId) =>
    (
      await owner(`SELECT (SELECT count(*)::int FROM dashboard.session WHERE investigator_id = ${of} AND ended_at IS NULL) AS sessions,
        (SELECT count(*)::int FROM dashboard.token WHERE investigator_id = ${of} AND revoked_at IS NULL) AS tokens,
        (SELECT count(*)::int FROM public.invagtmodperm WHERE investigatorid = ${of}) AS weights`)
    )[0]

  test('the same key with a new expiry and user id: merged, weights and sessions untouched', async () => {
    await signIn(id, key.fingerprint)
    const given = await later(key, 'expiry')
    const preview = await previewReplacement(admin, id, given)
    expect(preview).toMatchObject({ kind: 'merge', warnings: [], consequences: { sessions: 1, tokens: 1, weights: 6 } })
    expect(preview.changes).toEqual([
      expect.stringMatching(/^It expires: .+, instead of /),
      'A further user id: Ann Lee <ann@work.example.net>.',
      expect.stringMatching(/^The subkey ECDH P-256 .+ expires: .+, instead of /),
    ])
    const before = await seen()
    const done = await replaceKey(admin, before, given)
    expect(done).toMatchObject({ id, kind: 'merge', weightsCopied: 0, sessionsEnded: 0, tokensRevoked: 0 })
    const stored = await storedKey()
    expect(stored.getFingerprint().toUpperCase()).toBe(key.fingerprint)
    expect(stored.users).toHaveLength(2)
    expect(stored.users[0]?.selfCertifications).toHaveLength(2)
    expect(await live(id)).toEqual({ sessions: 1, tokens: 1, weights: 6 })
    const audit = (await audits()).at(-1)
    expect(audit).toMatchObject({
      kind: 'investigator.replace',
      object_id: id,
      before: { key_sha256: before.digest, pgpfingerprint: key.fingerprint },
      after: { key_sha256: (await seen()).digest, pgpfingerprint: key.fingerprint },
      detail: { how: 'merge', changes: preview.changes },
    })
    await expect(replaceKey(admin, await seen(), key.publicKey)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('nothing new in it'),
    })
    await expect(replaceKey(admin, before, given)).rejects.toMatchObject({ code: 'conflict' })
    if (later2019) {
      const [row] = await owner(`SELECT lastmodified > createdat AS later FROM public.investigators WHERE id = ${id}`)
      expect(row).toEqual({ later: true })
    }
  })

  test('a revocation is stored when it is wanted, ends sessions and tokens, and an older copy never takes it away', async () => {
    await signIn(id, key.fingerprint)
    const revoked = await later(key, 'revoked')
    await expect(replaceKey(admin, await seen(), revoked)).rejects.toMatchObject({
      message: expect.stringContaining('revoked'),
    })
    expect(await live(id)).toMatchObject({ sessions: 1, tokens: 1 })
    const done = await replaceKey(admin, await seen(), revoked, anyway)
    expect(done).toMatchObject({ kind: 'merge', sessionsEnded: 1, tokensRevoked: 1 })
    expect(await (await storedKey()).isRevoked()).toBe(true)
    const extended = await later(key, 'expiry')
    await replaceKey(admin, await seen(), extended, anyway)
    const stored = await storedKey()
    expect(await stored.isRevoked()).toBe(true)
    expect(stored.users).toHaveLength(2)
  })

  test('rotation: a new row with weights, role and nothing lost; the old one disabled, its sessions ended; one transaction', async () => {
    await owner(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, role) VALUES (${id}, '${key.fingerprint}', 'admin')`,
    )
    await signIn(id, key.fingerprint)
    const next = await newKey('Ann Lee', { days: 300 })
    const preview = await previewReplacement(admin, id, next.publicKey)
    expect(preview).toMatchObject({ kind: 'rotate', consequences: { sessions: 1, tokens: 1, weights: 6 } })
    const count = (await audits()).length
    const old = await storedKey()
    const done = await replaceKey(admin, await seen(), next.publicKey)
    expect(done).toMatchObject({
      kind: 'rotate',
      weightsCopied: 6,
      sessionsEnded: 1,
      tokensRevoked: 1,
      name: 'Ann Lee',
    })
    expect(done.id).not.toBe(id)
    const copied = (of: MigId) =>
      owner(
        `SELECT trunc(agentid)::int AS a, trunc(moduleid)::int AS m, weight FROM public.invagtmodperm WHERE investigatorid = ${of} ORDER BY 1, 2`,
      )
    expect(await copied(done.id)).toEqual(await copied(id))
    expect(await live(id)).toEqual({ sessions: 0, tokens: 0, weights: 6 })
    expect((await storedKey()).armor()).toBe(old.armor())
    const people = await owner(
      'SELECT trunc(investigator_id)::text AS id, fingerprint, role, disabled_at IS NOT NULL AS disabled FROM dashboard.person WHERE investigator_id = ANY($1)',
      [[id, done.id]],
    )
    expect(people).toEqual(
      expect.arrayContaining([
        { id, fingerprint: key.fingerprint, role: 'admin', disabled: true },
        { id: done.id, fingerprint: next.fingerprint, role: 'admin', disabled: false },
      ]),
    )
    if (later2019)
      expect(
        await owner(
          'SELECT trunc(id)::text AS id, status, permissions::text FROM public.investigators WHERE id = ANY($1) ORDER BY id',
          [[id, done.id]],
        ),
      ).toEqual([
        { id, status: 'disabled', permissions: '63' },
        { id: done.id, status: 'active', permissions: '63' },
      ])
    const rows = (await audits()).slice(count)
    expect(rows.map((row) => [row.kind, row.object_id])).toEqual([
      ['investigator.rotate', id],
      ['investigator.add', done.id],
    ])
    expect(rows[0]?.detail).toMatchObject({ replacedBy: done.id, sessionsEnded: 1, tokensRevoked: 1 })
    expect(rows[1]?.detail).toMatchObject({ replaces: id, weightsCopied: 6 })
    await expect(replaceKey(admin, await seen(), next.publicKey)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('saved views go along with a new key, and the private ones with a row that is removed', async () => {
    await owner('TRUNCATE dashboard.saved_view, dashboard.default_view')
    const ann = testViewer('investigator', { id, name: 'Ann Lee', fingerprint: key.fingerprint })
    const view = { list: '/actions', name: 'mine', query: '', shared: false }
    const { id: mine } = await saveView(ann, view)
    await saveView(ann, { ...view, name: 'of all', shared: true })
    await chooseDefault(ann, '/actions', mine)
    const next = await newKey('Ann Lee', { days: 300 })
    const { id: row } = await replaceKey(admin, await seen(), next.publicKey, anyway)
    expect((await audits()).at(-1)).toMatchObject({ detail: expect.objectContaining({ viewsCarried: 2 }) })
    const renewed = testViewer('investigator', { id: row, name: 'Ann Lee', fingerprint: next.fingerprint })
    expect((await listViews(renewed, '/actions')).views).toMatchObject([
      { name: 'mine', isOwn: true, isDefault: true },
      { name: 'of all', isOwn: true, isDefault: false },
    ])
    expect((await listViews(ann, '/actions')).views).toMatchObject([{ name: 'of all', isOwn: false }])
    await owner('DELETE FROM public.invagtmodperm')
    await removeInvestigator(admin, { investigatorId: row, fingerprint: next.fingerprint })
    expect((await audits()).at(-1)).toMatchObject({ detail: expect.objectContaining({ viewsRemoved: 1 }) })
    expect(await owner('SELECT name FROM dashboard.saved_view')).toEqual([{ name: 'of all' }])
    expect(await owner('SELECT FROM dashboard.default_view')).toEqual([])
  })

  test('the disabled mark goes along', async () => {
    await owner(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES (${id}, '${key.fingerprint}', now())`,
    )
    if (later2019) await owner(`UPDATE public.investigators SET status = 'disabled' WHERE id = ${id}`)
    const next = await newKey('Ann Lee', { days: 300 })
    const done = await replaceKey(admin, { ...(await seen()), disabled: true }, next.publicKey)
    expect(
      await owner('SELECT disabled_at IS NOT NULL AS disabled FROM dashboard.person WHERE investigator_id = $1', [
        done.id,
      ]),
    ).toEqual([{ disabled: true }])
    if (later2019)
      expect(await owner('SELECT status FROM public.investigators WHERE id = $1', [done.id])).toEqual([
        { status: 'disabled' },
      ])
  })

  test('the last admin does not lock everybody out', async () => {
    await owner(`UPDATE dashboard.person SET role = NULL;
      INSERT INTO dashboard.person (investigator_id, fingerprint, role) VALUES (${id}, '${key.fingerprint}', 'admin')`)
    const before = await seen()
    for (const how of ['revoked', 'expired'] as const)
      await expect(replaceKey(admin, before, await later(key, how), anyway)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('No admin'),
      })
    expect(await seen()).toEqual(before)
    await expect(removeInvestigator(admin, { investigatorId: id, fingerprint: key.fingerprint })).rejects.toMatchObject(
      {
        code: 'conflict',
      },
    )
  })

  test('a row of a fingerprint alone, and one with a broken key, get the key that belongs there', async () => {
    const bare = await newKey('Bare', { days: 300 })
    const { id: row } = await addFingerprint(admin, { name: 'Bare', fingerprint: bare.fingerprint })
    expect(await replaceKey(admin, await seen(row), bare.publicKey)).toMatchObject({ kind: 'store', id: row })
    const broken = vintage === 'data-rst' ? `'garbage'` : `'\\x00ff'`
    await owner(`UPDATE public.investigators SET publickey = ${broken} WHERE id = ${row}`)
    expect(await replaceKey(admin, await seen(row), bare.publicKey)).toMatchObject({ kind: 'store', id: row })
    expect((await storedKey(row)).getFingerprint().toUpperCase()).toBe(bare.fingerprint)
  })

  test('what is refused changes nothing: private, several, garbage, somebody else’s key, an investigator asking', async () => {
    const other = await newKey('Cy', { days: 300 })
    await addInvestigator(admin, { name: 'Cy', key: other.publicKey })
    const before = await seen()
    const count = (await audits()).length
    for (const [given, sentence] of [
      [key.privateKey, /private key/],
      [`${key.publicKey}${other.publicKey}`, /several keys/],
      ['garbage', /not a public key/],
      [other.publicKey, /known already: it is that of Cy/],
    ] as const)
      await expect(replaceKey(admin, before, given, anyway)).rejects.toMatchObject({
        message: expect.stringMatching(sentence),
      })
    await expect(replaceKey(testViewer('investigator'), before, other.publicKey)).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(await seen()).toEqual(before)
    expect(await audits()).toHaveLength(count)
  })

  test('two admins rotate at once: one new row, one refusal', async () => {
    const [one, two] = [await newKey('Ann', { days: 300 }), await newKey('Ann', { days: 300 })]
    const before = await seen()
    const results = await Promise.allSettled([one, two].map((next) => replaceKey(admin, before, next.publicKey)))
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((results.find((r) => r.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('got a new row with a new key'),
    })
    expect(await owner(`SELECT FROM public.investigators WHERE name = 'Ann Lee'`)).toHaveLength(2)
  })

  test('renamed with what was seen, and 2019 knows when', async () => {
    const [before] = later2019 ? await owner(`SELECT lastmodified FROM public.investigators WHERE id = ${id}`) : []
    await renameInvestigator(admin, { investigatorId: id, seen: 'Ann Lee', name: 'Ann Leigh' })
    expect((await audits()).at(-1)).toMatchObject({
      kind: 'investigator.rename',
      before: { name: 'Ann Lee' },
      after: { name: 'Ann Leigh' },
    })
    await expect(renameInvestigator(admin, { investigatorId: id, seen: 'Ann Lee', name: 'X' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Ann Leigh'),
    })
    await expect(
      renameInvestigator(admin, { investigatorId: id, seen: 'Ann Leigh', name: 'MIG Scheduler' }),
    ).rejects.toMatchObject({ code: 'invalid' })
    const [after] = await owner(`SELECT * FROM public.investigators WHERE id = ${id}`)
    expect(after?.name).toBe('Ann Leigh')
    if (later2019) expect(Number(after?.lastmodified)).toBeGreaterThan(Number(before?.lastmodified))
  })

  test('only a row that nothing refers to is removed', async () => {
    const who = { investigatorId: id, fingerprint: key.fingerprint }
    await expect(removeInvestigator(admin, who)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('6 weights refer'),
    })
    await owner('DELETE FROM public.invagtmodperm')
    await owner(`INSERT INTO public.actions (id, name, target, validfrom, expireafter${later2019 ? ', pgpsignatures' : ''})
        VALUES (1, 'a', '', now(), now()${later2019 ? `, '[]'` : ''}) ON CONFLICT DO NOTHING;
      INSERT INTO public.signatures VALUES (1, ${id}, 's')`)
    await expect(removeInvestigator(admin, who)).rejects.toMatchObject({
      message: expect.stringContaining('1 signature refer'),
    })
    await owner('DELETE FROM public.signatures')
    await expect(removeInvestigator(admin, { ...who, fingerprint: 'other' })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(removeInvestigator(testViewer('investigator'), who)).rejects.toMatchObject({ code: 'forbidden' })
    await signIn(id, key.fingerprint)
    await removeInvestigator(admin, who)
    expect(await owner(`SELECT FROM public.investigators WHERE id = ${id}`)).toHaveLength(0)
    expect(await live(id)).toEqual({ sessions: 0, tokens: 0, weights: 0 })
    expect((await audits()).at(-1)).toMatchObject({
      kind: 'investigator.remove',
      before: { name: 'Ann Lee', pgpfingerprint: key.fingerprint },
      after: null,
    })
  })
})
