import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { exportRoute } from '@/lib/export'
import { addInvestigator } from '@/lib/mig/investigators/mutations'
import { investigatorList } from '@/lib/mig/investigators/search-params'
import type { MigId } from '@/lib/mig/wire/id'
import { newKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { disablePerson, setRole } from './people'
import { createToken, type NewToken, revokeToken } from './token-mutations'
import { listTokens } from './token-queries'
import { hasMetricsToken, isMetricsToken, tokenPerson } from './tokens'
import { requestViewer } from './viewer'
import { inOwnWrite, inWrite } from './write'

// Far from the real clock, which alone counts for tokens.
process.env.MIG_NOW = '2014-09-16T21:00:00Z'

const operator = testViewer('admin', { id: null, name: 'operator' })

const asks = (secret: string) =>
  requestViewer(new Request('http://127.0.0.1:3000/', { headers: { authorization: `Bearer ${secret}` } }))

describe.each(['data-rst', '2019'] as const)('tokens, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  let ann: { id: MigId; fingerprint: string }
  beforeEach(async () => {
    await owner('DELETE FROM dashboard.token; DELETE FROM dashboard.person; DELETE FROM public.investigators')
    ann = await addInvestigator(operator, { name: 'Ann', key: (await newKey()).publicKey }, { anyway: true })
  })
  const make = (more: Partial<NewToken> = {}) =>
    createToken(operator, { kind: 'person', investigatorId: ann.id, name: 'report', days: 30, ...more } as NewToken)
  const audits = async () => owner('SELECT * FROM dashboard.audit ORDER BY id')
  const refused = (secret: string) => expect(asks(secret)).rejects.toMatchObject({ code: 'unauthenticated' })

  test('a token stands for its person with the role that counts now, is stored as a hash and audited without it', async () => {
    const before = (await audits()).length
    const token = await make()
    expect(token.secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(Date.parse(token.expires) - Date.now()).toBeGreaterThan(29.9 * 86_400_000)
    expect(Date.parse(token.expires) - Date.now()).toBeLessThan(30.1 * 86_400_000)
    expect(await asks(token.secret)).toMatchObject({
      id: ann.id,
      name: 'Ann',
      role: 'investigator',
      via: 'token',
      sessionId: null,
    })
    const rows = await audits()
    expect(rows).toHaveLength(before + 1)
    expect(rows.at(-1)).toMatchObject({
      kind: 'token.create',
      object_type: 'token',
      object_id: token.id,
      after: { kind: 'person', name: 'report', investigator: ann.id, expires: token.expires },
    })
    const stored = (await owner('SELECT t.*, t::text AS whole FROM dashboard.token t'))[0]
    expect(stored).toMatchObject({ name: 'report', created_by: 'operator', fingerprint: ann.fingerprint })
    expect(JSON.stringify([rows, stored])).not.toContain(token.secret)
    await setRole(operator, { investigatorId: ann.id, role: 'admin' })
    expect((await asks(token.secret)).role).toBe('admin')
  })

  test('a token only reads, even an admin’s', async () => {
    const { secret } = await make()
    await setRole(operator, { investigatorId: ann.id, role: 'admin' })
    const viewer = await asks(secret)
    const before = (await audits()).length
    for (const write of [inWrite, inOwnWrite])
      await expect((async () => write(viewer, async () => 1))()).rejects.toMatchObject({
        code: 'forbidden',
        message: 'A token may only read.',
      })
    await expect(createToken(viewer, { kind: 'metrics', name: 'm', days: 1 })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(revokeToken(viewer, randomUUID())).rejects.toMatchObject({ code: 'forbidden' })
    expect(await audits()).toHaveLength(before)
  })

  test('an expired or revoked token, one of a disabled person and one of a replaced key are refused alike', async () => {
    const [expired, revoked, replaced] = [await make(), await make(), await make()]
    await owner(`UPDATE dashboard.token SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`, [
      expired.id,
    ])
    await refused(expired.secret)
    await revokeToken(operator, revoked.id)
    await refused(revoked.secret)
    expect((await audits()).at(-1)).toMatchObject({ kind: 'token.revoke', object_id: revoked.id })
    for (const over of [expired, revoked])
      await expect(revokeToken(operator, over.id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(revokeToken(operator, randomUUID())).rejects.toMatchObject({ code: 'not_found' })
    await expect(revokeToken(operator, "x' OR true")).rejects.toMatchObject({ code: 'not_found' })
    await asks(replaced.secret)
    await owner(`UPDATE public.investigators SET pgpfingerprint = $1`, ['A'.repeat(40)])
    await refused(replaced.secret)
    await owner(`UPDATE public.investigators SET pgpfingerprint = $1`, [ann.fingerprint])
    await asks(replaced.secret)
    await setRole(operator, { investigatorId: ann.id, role: 'none' })
    await refused(replaced.secret)
    expect((await listTokens(operator)).map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [expired.id, 'expired'],
        [revoked.id, 'revoked'],
        [replaced.id, 'idle'],
      ]),
    )
    await setRole(operator, { investigatorId: ann.id, role: null })
    await disablePerson(operator, { investigatorId: ann.id })
    await refused(replaced.secret)
    for (const text of ['', 'x', 'Basic YTpi', `Bearer ${'A'.repeat(43)}`, `bearer ${replaced.secret}`])
      await expect(requestViewer(new Request('http://x/', { headers: { authorization: text } }))).rejects.toMatchObject(
        {
          code: 'unauthenticated',
        },
      )
    await expect(make()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('may not read') })
  })

  test('a metrics token is no person’s token, and the other way round', async () => {
    expect(await hasMetricsToken()).toBe(false)
    const person = await make()
    expect(await hasMetricsToken()).toBe(false)
    const metrics = await createToken(operator, { kind: 'metrics', name: 'prometheus', days: 366 })
    expect(metrics.person).toBeNull()
    expect(await isMetricsToken(metrics.secret)).toBe(true)
    expect(await isMetricsToken(person.secret)).toBe(false)
    expect(await tokenPerson(metrics.secret)).toBeNull()
    await refused(metrics.secret)
    expect(await hasMetricsToken()).toBe(true)
    await revokeToken(operator, metrics.id)
    expect(await isMetricsToken(metrics.secret)).toBe(false)
    expect(await hasMetricsToken()).toBe(false)
  })

  test('names and days are checked, and only admins make tokens', async () => {
    const before = (await audits()).length
    for (const more of [
      { name: ' ' },
      { name: 'x'.repeat(101) },
      { name: 'a\nb' },
      { days: 0 },
      { days: 367 },
      { days: 1.5 },
    ])
      await expect(make(more)).rejects.toMatchObject({ code: 'invalid' })
    await expect(make({ investigatorId: '404' as MigId })).rejects.toMatchObject({ code: 'not_found' })
    const reader = testViewer('investigator', { id: ann.id })
    await expect(
      createToken(reader, { kind: 'person', investigatorId: ann.id, name: 'own', days: 1 }),
    ).rejects.toMatchObject({ code: 'forbidden' })
    expect(await audits()).toHaveLength(before)
  })

  test('everybody sees and revokes their own tokens, admins all', async () => {
    const bob = await addInvestigator(operator, { name: 'Bob', key: (await newKey('Bob')).publicKey }, { anyway: true })
    const [anns, bobs] = [await make(), await make({ investigatorId: bob.id })]
    const metrics = await createToken(operator, { kind: 'metrics', name: 'prometheus', days: 1 })
    const asAnn = testViewer('investigator', { id: ann.id })
    const ids = async (list: ReturnType<typeof listTokens>) => (await list).map((t) => t.id).sort()
    expect(await ids(listTokens(asAnn))).toEqual([anns.id])
    expect(await ids(listTokens(asAnn, { of: bob.id }))).toEqual([])
    expect(await ids(listTokens(operator))).toEqual([anns.id, bobs.id, metrics.id].sort())
    expect(await ids(listTokens(operator, { of: bob.id }))).toEqual([bobs.id])
    expect(JSON.stringify(await listTokens(operator))).not.toMatch(/hash|[A-Za-z0-9_-]{43}/)
    for (const other of [bobs.id, metrics.id])
      await expect(revokeToken(asAnn, other)).rejects.toMatchObject({ code: 'not_found' })
    expect(await revokeToken(asAnn, anns.id)).toEqual({ id: anns.id, name: 'report' })
    expect((await listTokens(operator))[0]?.state).toBe('live')
  })

  test('an export by a token leaves one audit row that says so; a refused one leaves none', async () => {
    const { secret } = await make()
    const GET = exportRoute(investigatorList, (viewer) => ({
      columns: [{ name: 'role', kind: 'text' }],
      rows: (async function* () {
        yield [{ role: viewer.role }]
      })(),
    }))
    const get = (query: string, authorization: string) =>
      GET(
        new Request(`http://127.0.0.1:3000/investigators/export${query}`, {
          headers: { authorization, 'x-forwarded-for': '127.0.0.9' },
        }),
        {
          params: Promise.resolve({}),
        },
      )
    const before = (await audits()).length
    expect((await get('', 'Bearer nonsense')).status).toBe(401)
    expect((await get('?format=xml', `Bearer ${secret}`)).status).toBe(400)
    expect((await get('?nonsense=1', `Bearer ${secret}`)).status).toBe(400)
    expect(await audits()).toHaveLength(before)
    const answer = await get('?format=ndjson&name=lee', `Bearer ${secret}`)
    expect([answer.status, await answer.text()]).toEqual([200, '{"role":"investigator"}\n'])
    const rows = await audits()
    expect(rows).toHaveLength(before + 1)
    expect(rows.at(-1)).toMatchObject({
      kind: 'export.make',
      via: 'token',
      viewer_name: 'Ann',
      address: '127.0.0.9',
      object_type: 'list',
      object_id: '/investigators',
      detail: { format: 'ndjson', filters: { name: ['lee'] } },
    })
    expect((await listTokens(operator))[0]?.lastUsedAt).not.toBeNull()
  })
})
