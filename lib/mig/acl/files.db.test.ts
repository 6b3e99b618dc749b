import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import { type Instant, instantToDate } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { newKey, type TestKey } from '@/lib/testing/keys'
import { tries } from '@/lib/testing/long'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { aclDigest, NO_RULES } from './acl-digest'
import { listAclEndpoints, listAclGroups } from './acl-lists'
import { aclOf, formatAclSource, judgeByFile, readAclFile } from './agent-file'
import { freshAclPass, passOverAcls, readAclPass } from './file-pass'
import { compareAclFile, exportAclFile } from './file-records'
import { listFileStates } from './file-states'
import { getAclFile } from './files'
import { type EndpointRules, judgeModule, normalFingerprint } from './rule'
import { aclEndpointList, aclGroupList } from './search-params'

const admin = testViewer('admin')
const NOW = new Date().toISOString() as Instant
const moments = { mig: NOW, clock: NOW }

const groups = (query = {}) => {
  const parsed = aclGroupList.parse(query)
  if (!parsed.ok) throw new Error(parsed.problem)
  return listAclGroups(admin, parsed.params, NOW)
}
const endpoints = (query = {}) => {
  const parsed = aclEndpointList.parse(query)
  if (!parsed.ok) throw new Error(parsed.problem)
  return listAclEndpoints(admin, parsed.params, NOW)
}

// Two rows of one key, one of them written with blanks; one disabled; one without digits; one whose doubled row is disabled.
const PEOPLE = [
  { id: '1', fingerprint: 'A'.repeat(40) },
  { id: '2', fingerprint: 'B'.repeat(40) },
  { id: '3', fingerprint: 'aaaa '.repeat(10) },
  { id: '4', fingerprint: 'D'.repeat(40), disabled: true },
  { id: '5', fingerprint: 'none' },
  { id: '6', fingerprint: 'E'.repeat(40) },
  { id: '7', fingerprint: 'e'.repeat(40), disabled: true },
].map((person) => ({ name: `person ${person.id}`, disabled: false, ...person }))
/** The only key that nobody holds enabled. */
const DISABLED = '4'
const MODULES = ['file', 'netstat', 'default', '`odd"\n'].map((name, i) => ({ id: String(i + 1), name }))
const HEARTBEATS = ['2014-09-15 20:59:00+00', '2014-09-10 00:00:00+00', '2100-01-01 00:00:00+00']

const scene = fc
  .array(fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 8 })
  .chain((fleet) => {
    const row = fc.nat({ max: fleet.flat().length - 1 })
    const module = fc.nat({ max: MODULES.length - 1 })
    return fc.record({
      fleet: fc.constant(fleet),
      requirements: fc.uniqueArray(fc.tuple(row, module, fc.constantFrom(-1, 0, 1, 1, 2, 3)), {
        selector: ([r, m]) => `${r} ${m}`,
        minLength: 4,
        maxLength: 40,
        size: 'max',
      }),
      weights: fc.uniqueArray(
        fc.tuple(fc.nat({ max: PEOPLE.length }), row, module, fc.constantFrom(-2, 0, 1, 1, 2, 2_147_483_647)),
        { selector: ([i, r, m]) => `${i} ${r} ${m}`, minLength: 10, maxLength: 90, size: 'max' },
      ),
      signed: fc.array(
        fc.subarray(PEOPLE.map(({ fingerprint }) => normalFingerprint(fingerprint)).filter((f) => f !== null)),
        {
          minLength: 2,
          maxLength: 4,
        },
      ),
    })
  })

describe.each(['data-rst', 'scripts', '2019'] as const)("agents' files, layout %s", (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
  const addPerson = ({ id, name, fingerprint, disabled }: (typeof PEOPLE)[number], key = '') =>
    owner(
      `WITH i AS (INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later[0]})
         VALUES ($1::numeric, $2, $3, ${vintage === 'scripts' ? "convert_to($4, 'UTF8')" : '$4'}${later[1]})), p AS (SELECT)
       INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at)
       SELECT $1::numeric, upper(regexp_replace($3, '[^0-9A-Fa-f]', '', 'g')), now() WHERE $5`,
      [id, name, fingerprint, key, disabled],
    )
  const empty = () =>
    owner(`DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm; DELETE FROM public.agents;
      DELETE FROM dashboard.acl_endpoint; DELETE FROM dashboard.acl_file; DELETE FROM dashboard.acl_pass`)
  const insert = (table: string, columns: string, rows: (string | number)[][]) =>
    rows.length > 0
      ? owner(`INSERT INTO public.${table} (${columns}) VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`)
      : null

  describe('on random databases', () => {
    beforeAll(async () => {
      for (const person of PEOPLE) await addPerson(person)
      await owner(
        'INSERT INTO public.modules (id, name) SELECT id, name FROM json_to_recordset($1) AS r (id numeric, name text)',
        [JSON.stringify(MODULES)],
      )
    })

    test('a file that is read back decides as the tables do, and the pass says of each endpoint which file it is', async () => {
      const outcomes = new Set<string>()
      const changes = new Set<boolean>()
      await fc.assert(
        fc.asyncProperty(scene, async ({ fleet, requirements, weights, signed }) => {
          await empty()
          const rows = fleet.flatMap((processes, e) => processes.map((heartbeat) => ({ e, heartbeat })))
          const idOf = (row: number) => String(1000 + row)
          await insertAgents(
            owner,
            vintage,
            rows.map(({ e, heartbeat }, i) => ({
              id: idOf(i),
              queueloc: `linux.host${e}.x`,
              heartbeattime: HEARTBEATS[heartbeat] ?? '',
            })),
          )
          await insert(
            'agtmodreq',
            'agentid, moduleid, minimumweight',
            requirements.map(([r, m, w]) => [idOf(r), m + 1, w]),
          )
          // Also of an investigator who has no row, where no foreign key forbids it.
          const held = weights.filter(([i]) => i < PEOPLE.length)
          await insert(
            'invagtmodperm',
            'investigatorid, agentid, moduleid, weight',
            held.map(([i, r, m, w]) => [i + 1, idOf(r), m + 1, w]),
          )
          await passOverAcls({ wait: true })
          const kept = new Map(
            (await owner('SELECT queueloc, agent_id::text AS id, digest FROM dashboard.acl_endpoint')).map((row) => [
              row.queueloc,
              row,
            ]),
          )
          expect(kept.size).toBe(fleet.length)
          const listing = new Map<string, Set<string>>()
          const queues = async (query: Record<string, string>) =>
            new Set((await endpoints({ ...query, size: '200' })).rows.map((row) => row.queueloc))
          for (const { id } of PEOPLE) listing.set(id, await queues({ lists: id }))
          const relisting = await queues({ relists: DISABLED })
          for (const [e] of fleet.entries()) {
            const own = rows.flatMap((row, i) => (row.e === e ? [{ i, at: HEARTBEATS[row.heartbeat] ?? '' }] : []))
            const past = ({ at }: { at: string }) => Number(at < '2100')
            const [newest] = own.sort((a, b) => past(b) - past(a) || b.at.localeCompare(a.at) || b.i - a.i)
            const row = newest?.i ?? -1
            const rules: EndpointRules = {
              modules: MODULES,
              requirements: requirements
                .filter(([r]) => r === row)
                .map(([, m, minimumWeight]) => ({ moduleId: String(m + 1), minimumWeight })),
              weights: held
                .filter(([, r]) => r === row)
                .map(([i, , m, w]) => ({ investigatorId: String(i + 1), moduleId: String(m + 1), weight: w })),
            }
            const view = await getAclFile(admin, { agent: idOf(own[0]?.i ?? -1) as MigId }, moments)
            expect(view?.endpoint?.id).toBe(idOf(row))
            const expected = aclOf(rules, PEOPLE)
            expect(expected.ok && view?.digest).toBe(expected.ok && aclDigest(expected.acl))
            expect(kept.get(`linux.host${e}.x`)).toMatchObject({ id: idOf(row), digest: view?.digest })
            // Whose key the file lists: that is where it changes when the key goes.
            const keysListed = [...(view?.acl.values() ?? [])].flatMap((entry) => entry.investigators)
            for (const { id, fingerprint } of PEOPLE) {
              const key = normalFingerprint(fingerprint)
              const isListed = keysListed.some((one) => one.fingerprint === key)
              expect({ id, isListed }).toEqual({ id, isListed: listing.get(id)?.has(`linux.host${e}.x`) })
            }
            // What enabling the disabled key would change.
            const enabled = aclOf(
              rules,
              PEOPLE.map((one) => (one.id === DISABLED ? { ...one, disabled: false } : one)),
            )
            const isChanged = enabled.ok && aclDigest(enabled.acl) !== view?.digest
            expect(relisting.has(`linux.host${e}.x`)).toBe(isChanged)
            changes.add(isChanged)
            for (const form of ['2014', '2019'] as const) {
              const read = readAclFile(view?.texts[form] ?? '')
              if (!read.ok) throw new Error(read.problem)
              expect(read.form).toBe(form)
              expect(aclDigest(read.acl)).toBe(view?.digest)
              for (const keys of signed)
                for (const module of [...MODULES.map(({ name }) => name), 'unknown']) {
                  const signers = PEOPLE.filter(({ fingerprint }) =>
                    keys.includes(normalFingerprint(fingerprint) ?? ''),
                  )
                  const { outcome, required, got } = judgeModule(
                    rules,
                    signers.map((one) => ({ ...one, investigatorId: one.id })),
                    module,
                  )
                  expect(judgeByFile(read.acl, keys, module)).toEqual({ outcome, required, got })
                  outcomes.add(outcome)
                }
            }
          }
        }),
        { numRuns: tries({ short: 15, long: 300 }), endOnFailure: true, seed: tries({ short: 11, long: Date.now() }) },
      )
      expect([...outcomes].sort()).toEqual(['accepted', 'below-one', 'no-rule', 'short'])
      expect(changes.size).toBe(2)
      await expect(endpoints({ relists: '2' })).rejects.toThrow('That key is not disabled')
    }, 600_000)
  })

  describe('of a small fleet', () => {
    let ann: TestKey
    beforeAll(async () => {
      await owner(
        'DELETE FROM public.agtmodreq; DELETE FROM public.invagtmodperm; DELETE FROM dashboard.person; DELETE FROM public.investigators; DELETE FROM public.modules',
      )
      ann = await newKey('Ann', { days: 300, agedDays: 1 })
      await addPerson({ id: '2', name: 'Ann', fingerprint: ann.fingerprint, disabled: false }, ann.publicKey)
      await addPerson({ id: '3', name: 'Bo', fingerprint: 'B'.repeat(40), disabled: false })
      await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default')`)
    })
    beforeEach(async () => {
      await empty()
      await insertAgents(
        owner,
        vintage,
        ['web1', 'web2', 'db1', 'bare'].map((name, i) => ({
          id: String(10 + i),
          name,
          queueloc: `linux.${name}`,
          heartbeattime: '2014-09-15 20:59:00+00',
        })),
      )
      await insert('agtmodreq', 'agentid, moduleid, minimumweight', [
        [10, 1, 2],
        [11, 1, 2],
        [12, 2, 1],
      ])
      await insert('invagtmodperm', 'investigatorid, agentid, moduleid, weight', [
        [2, 10, 1, 2],
        [2, 11, 1, 2],
        [3, 10, 1, 1],
        [3, 11, 1, 1],
        [2, 12, 2, 1],
        // Counts for nothing: there is no minimum for the module.
        [3, 12, 1, 5],
      ])
      await passOverAcls({ wait: true })
    })

    test('endpoints with one ACL are one group, and a group leads to exactly its endpoints', async () => {
      const page = await groups()
      expect(page.rows.map(({ endpoints: n, modules }) => ({ n, modules }))).toEqual(
        expect.arrayContaining([
          { n: 2, modules: [{ name: 'file', minimum: 2, people: 2 }] },
          { n: 1, modules: [{ name: 'default', minimum: 1, people: 1 }] },
          { n: 1, modules: [] },
        ]),
      )
      expect(page.rows[0]?.endpoints).toBe(2)
      expect(page.rows.find((row) => row.digest === NO_RULES)).toBeDefined()
      expect(await readAclPass()).toMatchObject({ endpoints: 4, acls: 2 })
      const members = await endpoints({ group: page.rows[0]?.digest })
      expect(members.rows.map((row) => row.name)).toEqual(['web1', 'web2'])
      expect((await groups({ name: 'db' })).rows.map((row) => row.example)).toEqual(['12'])
    })

    test('the file carries the keys that can be had, and says whose cannot', async () => {
      const view = await getAclFile(admin, { agent: '10' as MigId }, moments)
      expect(view?.keys).toEqual([{ id: '2', name: 'Ann', fingerprint: ann.fingerprint }])
      expect(view?.keysLeftOut.map(({ name, why }) => [name, why])).toEqual([['Bo', 'Only a fingerprint is stored.']])
      expect(view?.texts['2014']).toContain('var PUBLICPGPKEYS = [...]string{\n`\n-----BEGIN PGP PUBLIC KEY BLOCK-----')
      expect(view?.texts.keys).toContain('-----BEGIN PGP PUBLIC KEY BLOCK-----')
    })

    test('an export is audited and is the last file, until the tables say something else', async () => {
      const [group] = (await groups()).rows
      const of = { group: group?.digest ?? '' }
      const { text, name } = await exportAclFile(admin, of, '2019', moments)
      expect(name).toBe('acl.cfg')
      expect(readAclFile(text)).toMatchObject({ ok: true })
      const [audit] = await owner(
        'SELECT kind, object_type, object_id, detail FROM dashboard.audit ORDER BY id DESC LIMIT 1',
      )
      expect(audit).toEqual({
        kind: 'export.download',
        object_type: 'acl',
        object_id: group?.digest,
        detail: { file: 'acl.cfg', digest: group?.digest, endpoints: 2, bytes: Buffer.byteLength(text) },
      })
      expect((await endpoints({ file: 'same' })).rows.map((row) => row.name)).toEqual(['web1', 'web2'])
      expect((await endpoints({ file: 'none' })).rows.map((row) => row.name)).toEqual(['bare', 'db1'])
      const [web1] = (await endpoints({ name: 'web1' })).rows
      expect(web1?.file).toMatchObject({ state: 'same', last: { kind: 'export', by: 'Test admin' } })

      await owner('UPDATE public.agtmodreq SET minimumweight = 3 WHERE agentid = 10')
      const rows = (await endpoints()).rows
      const states = await listFileStates(admin, rows)
      expect([...states].map(([id, { state }]) => [id, state]).sort()).toEqual([
        ['10', 'differs'],
        ['11', 'same'],
      ])
      expect(await getAclFile(admin, { agent: '10' as MigId }, moments)).toMatchObject({ differing: 1, same: 0 })
      await passOverAcls({ wait: true })
      expect((await endpoints({ file: 'differs' })).rows.map((row) => row.name)).toEqual(['web1'])
      expect((await groups({ file: 'differs' })).rows.map(({ known, differing }) => ({ known, differing }))).toEqual([
        { known: 1, differing: 1 },
      ])
      // Keys alone are no ACL.
      await exportAclFile(admin, { agent: '10' as MigId }, 'keys', moments)
      expect((await endpoints({ file: 'differs' })).rows).toHaveLength(1)
      await exportAclFile(admin, { agent: '10' as MigId }, '2014', moments)
      expect((await endpoints({ file: 'differs' })).rows).toEqual([])
    })

    test('an uploaded file is compared by key and kept as a digest; what is none is refused and leaves nothing', async () => {
      const view = await getAclFile(admin, { agent: '10' as MigId }, moments)
      if (!view) throw new Error('no view')
      const theirs = new Map(view.acl)
      theirs.set('file', {
        minimumWeight: 1,
        investigators: [{ name: 'Annabel', fingerprint: ann.fingerprint.toLowerCase(), weight: 2 }],
      })
      const found = await compareAclFile(admin, { agent: '10' as MigId }, formatAclSource(theirs), moments)
      expect(found).toMatchObject({ form: '2014', differing: 2, endpoints: 1 })
      expect(found.differences.map(({ what, name, before, after }) => ({ what, name, before, after }))).toEqual([
        { what: 'minimum', name: null, before: 1, after: 2 },
        { what: 'weight', name: 'Bo', before: null, after: 1 },
      ])
      const stored =
        await owner(`SELECT f.kind, f.by_name, e.file_digest, row_to_json(f)::text || row_to_json(e)::text AS whole
        FROM dashboard.acl_file f JOIN dashboard.acl_endpoint e ON e.file_id = f.id`)
      expect(stored).toMatchObject([{ kind: 'upload', by_name: 'Test admin', file_digest: aclDigest(theirs) }])
      expect(stored[0]?.whole).not.toContain('Annabel')
      expect((await owner('SELECT kind FROM dashboard.audit ORDER BY id DESC LIMIT 1'))[0]?.kind).toBe(
        'acl.file.compare',
      )

      const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)
      const before = await audits()
      await expect(compareAclFile(admin, { agent: '10' as MigId }, 'no file', moments)).rejects.toThrow('is no JSON')
      await expect(compareAclFile(admin, { agent: '99' as MigId }, '{}', moments)).rejects.toThrow('no agent 99')
      expect(await audits()).toBe(before)
    })

    test('the mark of an endpoint follows a rollout: which file, when, by whom, and whether the tables say it', async () => {
      const bo = testViewer('admin', { name: 'Bo' })
      const setMinimum = (weight: number) =>
        owner('UPDATE public.agtmodreq SET minimumweight = $1 WHERE agentid = 10', [weight])
      /** What the matrix says of web1 and web2, the list of files of web1, and the file's own page. */
      const marks = async () => {
        const shown = (await endpoints({ name: 'web' })).rows
        const states = await listFileStates(admin, shown)
        await passOverAcls({ wait: true })
        const [web1] = (await endpoints({ name: 'web1' })).rows
        const view = await getAclFile(admin, { agent: '10' as MigId }, moments)
        expect(web1?.file.last).toEqual(states.get('10' as MigId)?.last ?? null)
        expect(web1?.file.state).toBe(states.get('10' as MigId)?.state ?? 'none')
        expect(view?.last).toEqual(web1?.file.last)
        return Object.fromEntries(
          [...states].map(([id, { state, last }]) => [id, `${state} ${last.kind} by ${last.by}`]),
        )
      }
      const fileOf = async () => (await getAclFile(admin, { agent: '10' as MigId }, moments))?.texts['2019'] ?? ''

      expect(await marks()).toEqual({})
      const [group] = (await groups({ name: 'web' })).rows
      const before = Date.now()
      const { text: first } = await exportAclFile(admin, { group: group?.digest ?? '' }, '2019', moments)
      expect(await marks()).toEqual({ 10: 'same export by Test admin', 11: 'same export by Test admin' })
      const exportedAt = (await endpoints({ name: 'web1' })).rows[0]?.file.last?.at as Instant
      expect(Math.abs(instantToDate(exportedAt).getTime() - before)).toBeLessThan(60_000)

      await setMinimum(3)
      expect(await marks()).toEqual({ 10: 'differs export by Test admin', 11: 'same export by Test admin' })
      expect((await endpoints({ name: 'web1' })).rows[0]?.file.last?.at).toBe(exportedAt)

      // The agent has the new file by now: Bo holds it against the tables.
      const found = await compareAclFile(bo, { agent: '10' as MigId }, await fileOf(), moments)
      expect(found.differences).toEqual([])
      expect(await marks()).toEqual({ 10: 'same upload by Bo', 11: 'same export by Test admin' })

      // Back to what the first file says: that is no longer the last one of web1.
      await setMinimum(2)
      expect(await marks()).toEqual({ 10: 'differs upload by Bo', 11: 'same export by Test admin' })
      expect((await compareAclFile(bo, { agent: '10' as MigId }, first, moments)).differences).toEqual([])
      expect(await marks()).toEqual({ 10: 'same upload by Bo', 11: 'same export by Test admin' })
    })

    test('rules that changed since the pass make no file of a group', async () => {
      const [group] = (await groups()).rows
      const of = { group: group?.digest ?? '' }
      await owner('UPDATE public.agtmodreq SET minimumweight = 9 WHERE moduleid = 1')
      expect(await getAclFile(admin, of, moments)).toMatchObject({ stale: true })
      await expect(exportAclFile(admin, of, '2019', moments)).rejects.toThrow('changed since they were grouped')
      expect((await groups()).rows[0]?.modules).toBeNull()
      await passOverAcls({ wait: true })
      expect(await getAclFile(admin, of, moments)).toBeNull()
    })

    test('a pass takes away endpoints that are gone and is not made twice in ten seconds', async () => {
      await owner(
        'DELETE FROM public.agtmodreq WHERE agentid = 12; DELETE FROM public.invagtmodperm WHERE agentid = 12; DELETE FROM public.agents WHERE id = 12',
      )
      await freshAclPass()
      expect((await endpoints()).rows).toHaveLength(3)
      expect(await owner(`SELECT 1 FROM dashboard.acl_endpoint WHERE queueloc = 'linux.db1'`)).toHaveLength(1)
      await passOverAcls({ wait: true })
      expect(await owner(`SELECT 1 FROM dashboard.acl_endpoint WHERE queueloc = 'linux.db1'`)).toHaveLength(0)
    })

    test('while two modules have one name nothing is made, and nothing is said to be as the last file', async () => {
      await exportAclFile(admin, { agent: '10' as MigId }, '2019', moments)
      const rows = (await endpoints()).rows
      await owner(`INSERT INTO public.modules (id, name) VALUES (9, 'file')`)
      try {
        await expect(getAclFile(admin, { agent: '10' as MigId }, moments)).rejects.toThrow(
          'Two modules have the name "file"',
        )
        expect([...(await listFileStates(admin, rows))].map(([id, { state }]) => [id, state])).toEqual([
          ['10', 'undecided'],
        ])
        await expect(passOverAcls({ wait: true })).rejects.toThrow('Rename one of them')
      } finally {
        await owner('DELETE FROM public.modules WHERE id = 9')
      }
    })
  })
})
