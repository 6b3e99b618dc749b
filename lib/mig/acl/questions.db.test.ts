import { beforeAll, describe, expect, test } from 'vitest'
import { type ExportSource, exportLines } from '@/lib/export'
import type { ListDefinition, RawParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { insertAgents } from '@/lib/testing/agent-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { exportAclEndpoints, exportAclGroups } from './acl-lists'
import { getAsked } from './asked'
import { getReasons } from './endpoint-reasons'
import { passOverAcls } from './file-pass'
import { exportLackGroups } from './lack-groups'
import { countLint, exportLint, listLint } from './lint'
import { exportPermissions, exportRequirements } from './matrix-export'
import { exportPowers, getAclConsequences, getPowers, getPowersOn, listPowers } from './powers'
import {
  aclEndpointList,
  aclGroupList,
  lackGroupList,
  lintList,
  permissionList,
  powerList,
  requirementList,
  whatIfList,
} from './search-params'
import { exportWhatIf, listWhatIf } from './what-if'
import { countWhatIf } from './what-if-counts'
import { getFurtherSigners } from './what-if-sets'

const viewer = testViewer('investigator')
const NOW = new Date().toISOString() as Instant
const ago = (minutes: number) => new Date(Date.parse(NOW) - minutes * 60_000).toISOString()
const ANN = '2' as MigId
const CY = '4' as MigId

function paramsOf<F>(list: ListDefinition<F>, raw: RawParams) {
  const parsed = list.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

async function lines(source: ExportSource | Promise<ExportSource>): Promise<Record<string, unknown>[]> {
  let text = ''
  for await (const chunk of exportLines(await source, 'ndjson')) text += chunk
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

// The other tests look closely at one question each; this one asks all of them, as pages and exports do.
describe.each(['data-rst', 'scripts', '2019'] as const)('every question about the ACL, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  const isLater = vintage === '2019'

  beforeAll(async () => {
    // As where they were never made: what names nothing that is there counts for nothing.
    await owner(`DO $$ DECLARE c record; BEGIN
      FOR c IN SELECT conrelid::regclass AS name, conname FROM pg_constraint WHERE contype = 'f'
        AND conrelid IN ('public.agtmodreq'::regclass, 'public.invagtmodperm'::regclass)
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.name, c.conname); END LOOP; END $$`)
    await insertAgents(
      owner,
      vintage,
      [
        ['10', 'web1', 1],
        ['11', 'web2', 1],
        ['12', 'db1', 1],
        ['13', 'db2', 3000],
        ['14', 'db2', 1],
        ['15', 'double', 2],
        ['16', 'double', 1],
        ['17', 'web3', 1],
      ].map(([id, name, minutes]) => ({
        id: String(id),
        name: String(name),
        queueloc: `linux.${name}.x`,
        heartbeattime: ago(Number(minutes)),
      })),
    )
    const key = vintage === 'data-rst' ? `'a key'` : `convert_to('a key', 'UTF8')`
    const nobody = vintage === 'data-rst' ? `''` : 'NULL'
    const later = isLater ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    await owner(`
      INSERT INTO public.modules (id, name) VALUES (1, 'file'), (2, 'default'), (3, 'netstat');
      INSERT INTO dashboard.sensitive_module (moduleid) VALUES (1);
      INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later[0]}) VALUES
        (2, 'Ann', repeat('A', 40), ${key}${later[1]}), (3, 'Bo', repeat('B', 40), ${nobody}${later[1]}),
        (4, 'Cy', repeat('C', 40), ${key}${later[1]});
      ${
        isLater
          ? `UPDATE public.investigators SET status = 'disabled' WHERE id = 4`
          : `INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES (4, repeat('C', 40), now())`
      };
      INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (10, 1, 2), (11, 1, 4), (12, 2, 1), (12, 3, 1),
        (13, 1, 1), (15, 1, 1), (16, 1, 2), (17, 1, 3), (17, 3, 0), (10, 99, 4), (999, 1, 1);
      INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight) VALUES (2, 10, 1, 2), (3, 10, 1, 1),
        (4, 10, 1, 5), (3, 10, 3, 1), (2, 11, 1, 2), (3, 11, 1, 1), (3, 12, 2, 1), (2, 13, 1, 1), (2, 15, 1, 2), (2, 16, 1, 2),
        (2, 17, 1, 2), (3, 17, 1, 1), (99, 10, 1, 50);`)
  })

  test('what if: counts, pages, exports, reasons, and who else could sign', async () => {
    const question = { signer: '2', module: '1' }
    const params = paramsOf(whatIfList, question)
    const asked = await getAsked(viewer, params)
    if (!asked) throw new Error('nothing is asked')
    const { found } = await countWhatIf(viewer, asked, params)
    expect(found.books.documented).toEqual({
      accepted: 1,
      short: 3,
      mixed: 1,
      'below-one': 0,
      'no-rule': 1,
      ambiguous: 0,
    })
    expect(found.short).toEqual([
      { by: 1, count: 2 },
      { by: 2, count: 1 },
    ])
    const verdicts = [
      'db1 short 1',
      'db2 no-rule null',
      'double mixed null',
      'web1 accepted null',
      'web2 short 2',
      'web3 short 1',
    ]
    const page = await listWhatIf(viewer, asked, params, found, NOW)
    expect(page.rows.map(({ name, outcome, short }) => `${name} ${outcome} ${short}`)).toEqual(verdicts)
    expect(
      (await lines(exportWhatIf(viewer, params, NOW))).map((row) => `${row.name} ${row.outcome} ${row.short}`),
    ).toEqual(verdicts)
    expect((await getReasons(viewer, asked, '17' as MigId, NOW))?.sets?.sets).toEqual([[{ count: 1, of: ['3'] }]])
    expect((await getReasons(viewer, asked, '13' as MigId, NOW))?.reasons.modules[0]?.outcome).toBe('no-rule')
    const further = await getFurtherSigners(viewer, asked, {}, true)
    expect(further.answer?.found).toMatchObject({ short: 3, groups: 2, singles: [{ people: ['3'], endpoints: 2 }] })
    const groups = await lines(exportLackGroups(viewer, paramsOf(lackGroupList, question)))
    expect(groups.map((row) => [row.endpoints, row.missing, row.sets_in_words])).toEqual([
      [2, { file: 1 }, 'Bo'],
      [1, { file: 2 }, ''],
    ])
  })

  test('lint: each check counted, listed and exported', async () => {
    const counts = (await countLint(viewer))?.found
    expect(Object.fromEntries(Object.entries(counts ?? {}).map(([check, { count }]) => [check, count]))).toEqual({
      unreachable: 2,
      'below-one': 1,
      'single-person': 3,
      'no-weights': 1,
      'no-rule': 1,
      'no-requirement': 1,
      people: 2,
      orphans: 3,
      dead: 2,
    })
    for (const [check, { count }] of Object.entries(counts ?? {})) {
      const params = paramsOf(lintList, { check })
      expect((await listLint(viewer, params, null, NOW)).rows, check).toHaveLength(count)
      expect(await lines(exportLint(viewer, params, NOW)), check).toHaveLength(count)
    }
    const people = await lines(exportLint(viewer, paramsOf(lintList, { check: 'people' }), NOW))
    expect(people.map((row) => `${row.name} ${row.why}`)).toEqual(['Bo no key', 'Cy disabled'])
  })

  test('what a person may run, and what is lost without the key', async () => {
    expect((await getPowers(viewer, ANN))?.found).toEqual({
      modules: [{ moduleid: '1', module: 'file', rules: { alone: 1, pair: 1, more: 0, never: 1 } }],
      partners: [{ id: '3', name: 'Bo', rules: 1 }],
    })
    const params = paramsOf(powerList, { investigator: '2' })
    const powers = ['web1 alone', 'web2 never', 'web3 pair']
    expect((await listPowers(viewer, params, NOW)).rows.map(({ name, how }) => `${name} ${how}`)).toEqual(powers)
    expect((await lines(exportPowers(viewer, params, NOW))).map(({ name, how }) => `${name} ${how}`)).toEqual(powers)
    const on = await getPowersOn(viewer, '17' as MigId, NOW)
    expect(on?.lines.map(({ module, problem, sets }) => [module, problem, sets])).toEqual([
      [
        'file',
        null,
        [
          [
            { count: 1, of: ['2'] },
            { count: 1, of: ['3'] },
          ],
        ],
      ],
      ['netstat', 'below-one', []],
    ])
    expect((await getPowersOn(viewer, '15' as MigId, NOW))?.mixed).toBe(true)
    expect((await getAclConsequences(viewer, ANN))?.found).toMatchObject({
      disabled: false,
      lost: { count: 3 },
      endpoints: 4,
    })
    expect((await getAclConsequences(viewer, CY))?.found).toMatchObject({
      disabled: true,
      lost: { count: 0 },
      endpoints: 1,
    })
  })

  test("the matrices' and the agents' files' exports", async () => {
    const minimums = await lines(exportRequirements(viewer, paramsOf(requirementList, {}), NOW))
    expect(
      minimums.map((row) => `${row.agentid} ${row.module} ${row.minimumweight} ${row.left_behind}`).sort(),
    ).toEqual([
      '10 file 2 false',
      '10 null 4 false',
      '11 file 4 false',
      '12 default 1 false',
      '12 netstat 1 false',
      '13 file 1 true',
      '15 file 1 true',
      '16 file 2 false',
      '17 file 3 false',
      '17 netstat 0 false',
    ])
    const weights = await lines(
      exportPermissions(viewer, paramsOf(permissionList, { by: 'investigator', investigator: '3' }), NOW),
    )
    expect(weights.map((row) => `${row.agentid} ${row.module} ${row.weight}`).sort()).toEqual([
      '10 file 1',
      '10 netstat 1',
      '11 file 1',
      '12 default 1',
      '17 file 1',
    ])
    await passOverAcls({ wait: true })
    const acls = await lines(exportAclGroups(viewer, paramsOf(aclGroupList, {}), NOW))
    expect(acls.map(({ endpoints }) => endpoints)).toEqual([1, 1, 1, 1, 1, 1])
    const endpoints = await lines(exportAclEndpoints(viewer, paramsOf(aclEndpointList, { lists: '2' }), NOW))
    expect(endpoints.map(({ name }) => name)).toEqual(['double', 'web1', 'web2', 'web3'])
  })
})
