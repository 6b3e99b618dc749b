import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Viewer } from '@/lib/auth/viewer'
import { countBefore } from '@/lib/db/list'
import { db } from '@/lib/db/prisma'
import { exportLines } from '@/lib/export'
import type { RawParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import type { AuditActor, AuditEvent } from './chain.sql'
import { auditChain, auditQuery, exportAudit, listAudit } from './queries'
import { recordActorAudit } from './record'
import { auditList } from './search-params'

const ANN = 'A'.repeat(40)
const BOB = 'B'.repeat(40)
const admin = testViewer('admin', { id: '7' as MigId, name: 'Ann Perkins', fingerprint: ANN })
const bob = testViewer('investigator', { id: '8' as MigId, name: 'Bob', fingerprint: BOB })

function params(raw: RawParams = {}) {
  const parsed = auditList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

const ann: AuditActor = {
  id: '7',
  name: 'Ann Perkins',
  role: 'admin',
  fingerprint: ANN,
  via: 'web',
  address: '192.0.2.7',
}
const asBob: AuditActor = { ...ann, id: '8', name: 'Bob', role: 'investigator', fingerprint: BOB, address: '::1' }
const nobody: AuditActor = { ...ann, id: null, name: 'nobody', role: 'none', fingerprint: null }

const event = (kind: string, type: string, id: string, rest: Partial<AuditEvent> = {}): AuditEvent => ({
  kind,
  object: { type, id },
  before: null,
  after: null,
  ...rest,
})

const WRITTEN: [AuditActor, AuditEvent][] = [
  [
    ann,
    event('acl.minimum.set', 'agtmodreq', '12.3', {
      before: { minimumweight: 1, kept: 'same' },
      after: { minimumweight: 2, kept: 'same' },
      detail: { agentid: '12', agent: 'web1', moduleid: '3', module: 'file' },
    }),
  ],
  [ann, event('investigator.add', 'investigator', '9', { after: { id: '9', name: '<b>Cy</b>', pgpfingerprint: 'C' } })],
  [
    ann,
    event('role.grant', 'investigator', '8', {
      before: { granted: null },
      after: { granted: 'investigator' },
      detail: { name: 'Bob' },
    }),
  ],
  [nobody, event('session.refuse', 'session', '', { detail: { why: 'unknown-key' } })],
  [asBob, event('session.begin', 'session', 'a4b5', { detail: { browser: 'x' } })],
  // The same id with another key is somebody else.
  [{ ...asBob, fingerprint: 'D'.repeat(40) }, event('session.begin', 'session', 'c6d7')],
  [ann, event('module.add', 'module', '3', { after: { name: 'file' } })],
  [ann, event('modules.odd', 'odd_thing', '3')],
  [ann, event('token.create', 'token', 'e8f9', { after: { name: 'grafana' } })],
]

describe('the audit', () => {
  const database = useDatabaseOf('data-rst')
  const ids: string[] = []

  beforeAll(async () => {
    for (const [actor, what] of WRITTEN) ids.push(await db().$transaction((tx) => recordActorAudit(tx, actor, what)))
  })
  afterAll(() => db().$disconnect())

  const listed = async (viewer: Viewer, raw: RawParams = {}) =>
    (await listAudit(viewer, params(raw))).rows.map((row) => ids.indexOf(row.id))

  it('shows an admin all, newest first', async () => {
    const page = await listAudit(admin, params())
    expect(page.rows.map((row) => ids.indexOf(row.id))).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(page.total).toEqual({ count: 9, more: false })
    const row = page.rows.at(-1)
    expect(row).toMatchObject({
      who: { id: '7', name: 'Ann Perkins', role: 'admin', fingerprint: ANN, via: 'web', address: '192.0.2.7' },
      kind: 'acl.minimum.set',
      object: { type: 'agtmodreq', id: '12.3' },
      names: { agent: 'web1', module: 'file', investigator: null, object: null },
      // Only what differs.
      changes: [{ field: 'minimumweight', before: '1', after: '2' }],
      previousHash: null,
    })
    expect(row?.at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(row?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(page.rows.at(-2)?.previousHash).toBe(row?.hash)
    expect(page.rows.at(-2)?.changes).toEqual([
      { field: 'id', before: null, after: '"9"' },
      { field: 'name', before: null, after: '"<b>Cy</b>"' },
      { field: 'pgpfingerprint', before: null, after: '"C"' },
    ])
    expect(page.rows.at(-3)?.changes).toEqual([{ field: 'granted', before: 'null', after: '"investigator"' }])
    expect(page.rows.at(-3)?.names.object).toBe('Bob')
    expect(page.rows.at(-4)?.details).toEqual([{ field: 'why', value: '"unknown-key"' }])
    expect(page.rows.at(-4)?.json).toBe('detail: {\n    "why": "unknown-key"\n}')
  })

  it('shows an investigator changes to MIG’s tables and their own rows, and no others', async () => {
    expect(await listed(bob)).toEqual([6, 4, 1, 0])
    expect((await listAudit(bob, params())).total).toEqual({ count: 4, more: false })
    expect(await listed(testViewer('investigator', { id: '70' as MigId, fingerprint: 'E'.repeat(40) }))).toEqual([
      6, 1, 0,
    ])
  })

  it('lets no filter, page or export lead an investigator further', async () => {
    for (const raw of [
      { kind: 'role' },
      { kind: 'session.refuse' },
      { kind: 'modules' },
      { type: 'token' },
      { name: 'nobody' },
      { row: ids[3] },
      { row: ids[5] },
      { object: 'c6d7' },
    ])
      expect(await listed(bob, raw), JSON.stringify(raw)).toEqual([])
    expect(await listed(bob, { person: '7' })).toEqual([6, 1, 0])
    const lines: string[] = []
    for await (const chunk of exportLines(await exportAudit(bob, params()), 'ndjson'))
      lines.push(...chunk.trim().split('\n'))
    expect(lines.map((line) => ids.indexOf(JSON.parse(line).id))).toEqual([6, 4, 1, 0])
    const before = { key: ids[0] as string, id: ids[0] as string }
    expect(await countBefore(await auditQuery(bob, params()), params(), before)).toEqual({ count: 3, more: false })
    expect(await countBefore(await auditQuery(admin, params()), params(), before)).toEqual({ count: 8, more: false })
  })

  it.each<[RawParams, number[]]>([
    [{ name: 'ann' }, [8, 7, 6, 2, 1, 0]],
    [{ name: '%' }, []],
    [{ person: '8' }, [5, 4]],
    [{ kind: 'session' }, [5, 4, 3]],
    [{ kind: 'session.begin' }, [5, 4]],
    [{ kind: 'module' }, [6]],
    [{ type: 'investigator' }, [2, 1]],
    [{ type: 'investigator', object: '8' }, [2]],
    [{ object: '12.3' }, [0]],
    [{ from: '2999-01-01T00:00' }, []],
    [{ to: '2999-01-01T00:00' }, [8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ to: '2014-01-01T00:00:00Z' }, []],
  ])('is filtered by %j', async (raw, expected) => {
    expect(await listed(admin, raw)).toEqual(expected)
  })

  it('is filtered by the exact moment and the row', async () => {
    const page = await listAudit(admin, params())
    const middle = page.rows[4]
    const at = String(middle?.at)
    const here = ids.indexOf(middle?.id ?? '')
    expect(await listed(admin, { from: at, to: at })).toEqual([here])
    expect(await listed(admin, { row: middle?.id })).toEqual([here])
  })

  it('refuses filters that it does not understand', () => {
    for (const raw of [
      { kind: 'ACL' },
      { kind: 'acl.' },
      { kind: 'a%' },
      { type: 'Ω' },
      { row: '-1' },
      { row: '1e3' },
      { row: '9'.repeat(19) },
      { person: 'Ann' },
      { from: 'yesterday' },
      { viewer: '7' },
    ])
      expect(auditList.parse(raw), JSON.stringify(raw)).toMatchObject({ ok: false })
  })

  it('goes page by page in both directions without a row twice or left out', async () => {
    const first = await listAudit(admin, { ...params(), size: 4 })
    const second = await listAudit(admin, { ...params(), size: 4, after: first.next ?? undefined })
    const third = await listAudit(admin, { ...params(), size: 4, after: second.next ?? undefined })
    expect([first, second, third].flatMap((page) => page.rows.map((row) => ids.indexOf(row.id)))).toEqual([
      8, 7, 6, 5, 4, 3, 2, 1, 0,
    ])
    expect(third.next).toBeNull()
    const back = await listAudit(admin, { ...params(), size: 4, before: third.previous ?? undefined })
    expect(back.rows).toEqual(second.rows)
    await expect(listAudit(admin, { ...params(), after: { key: 'x', id: '1' } })).rejects.toMatchObject({
      code: 'invalid',
    })
    expect((await listAudit(admin, params({ sort: 'id' }))).rows.map((row) => ids.indexOf(row.id))[0]).toBe(0)
  })

  it('exports the table’s own columns', async () => {
    let text = ''
    for await (const chunk of exportLines(await exportAudit(admin, params({ row: ids[0] })), 'csv')) text += chunk
    const [header, row] = text.split('\r\n')
    expect(header).toBe(
      'id,at,viewer_id,viewer_name,viewer_role,viewer_fingerprint,via,address,kind,object_type,object_id,before,after,detail,previous_hash,hash',
    )
    expect(row).toMatch(
      /^\d+,\d{4}-\d\d-\d\dT[\d:.]+Z,7,Ann Perkins,admin,A{40},web,192\.0\.2\.7,acl\.minimum\.set,agtmodreq,12\.3,"\{/,
    )
    expect(row).toMatch(/,,[0-9a-f]{64}$/)
  })

  it('bears JSON that is no object', async () => {
    await database.owner(`INSERT INTO dashboard.audit (viewer_name, viewer_role, via, kind, object_type, object_id, before, after, detail)
      VALUES ('x', 'x', 'operator', 'odd', 'odd', '1', '[1]', '"text"', '5')`)
    const page = await listAudit(admin, params({ kind: 'odd' }))
    expect(page.rows[0]).toMatchObject({
      changes: [],
      details: [],
      json: 'before: [\n    1\n]\nafter: "text"\ndetail: 5',
    })
    // It came in past the program, and it is seen that it did.
    expect(await auditChain(bob)).toMatchObject({ ok: false, brokenAt: page.rows[0]?.id })
  })
})
