import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '@/lib/cli/main'
import { readAclFile } from '@/lib/mig/acl/agent-file'
import { insertAgents } from '@/lib/testing/agent-rows'
import { run, type TestDatabase, testDatabase } from '@/lib/testing/database'
import { newKey, type TestKey } from '@/lib/testing/keys'

describe.each(['data-rst', 'scripts', '2019'] as const)("agents' files from the command line, layout %s", (vintage) => {
  let database: TestDatabase
  let ann: TestKey
  let dir: string
  const owner = (text: string, values?: unknown[]) => run(database.ownerUrl, text, values)
  beforeAll(async () => {
    database = await testDatabase({ vintage })
    ann = await newKey('Ann')
    const later = vintage === '2019' ? [', status, createdat, lastmodified', `, 'active', now(), now()`] : ['', '']
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later[0]})
       VALUES (2, 'Ann', $1, ${vintage === 'scripts' ? `convert_to($2, 'UTF8')` : '$2'}${later[1]})`,
      [ann.fingerprint, ann.publicKey],
    )
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) VALUES (3, 'Bo', repeat('B', 40)${later[1]})`,
    )
    await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'file')`)
    await insertAgents(
      owner,
      vintage,
      ['web1', 'web2', '=db1', 'bare', 'twice', 'twice'].map((name, i) => ({
        id: String(10 + i),
        name,
        queueloc: `linux.host${i}`,
        heartbeattime: '2014-09-15 20:59:00+00',
      })),
    )
    await owner(
      'INSERT INTO public.agtmodreq (agentid, moduleid, minimumweight) VALUES (10, 1, 2), (11, 1, 2), (12, 1, 1)',
    )
    await owner(`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
      VALUES (2, 10, 1, 2), (2, 11, 1, 2), (2, 12, 1, 1), (3, 12, 1, 1)`)
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'mig-dashboard-acl-'))
    return () => rm(dir, { recursive: true, force: true })
  })
  async function cli(...argv: string[]) {
    const out: string[] = []
    const err: string[] = []
    const code = await runCli(argv, {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      environment: { DATABASE_URL: database.programUrl, INIT_CWD: dir },
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
  const lastAudit = async () => (await owner('SELECT * FROM dashboard.audit ORDER BY id DESC LIMIT 1'))[0]

  test('one endpoint, by id or by name, in either form, to standard output and with its audit row', async () => {
    const byId = await cli('acl', 'export', '10')
    expect(byId).toMatchObject({ code: 0, err: '' })
    expect(readAclFile(byId.out)).toMatchObject({ ok: true, form: '2019' })
    expect(JSON.parse(byId.out)).toEqual({
      file: { minimumweight: 2, investigators: { Ann: { fingerprint: ann.fingerprint, weight: 2 } } },
    })
    expect(await lastAudit()).toMatchObject({ kind: 'export.download', object_id: '10', via: 'operator' })
    const byName = await cli('acl', 'export', '=db1', '--format', '2014')
    expect(byName.err).toContain('the public key of Bo is missing: Only a fingerprint is stored.')
    expect(byName.out).toMatch(/^var AGENTACL = [\s\S]*\nvar PUBLICPGPKEYS = \[\.\.\.\]string\{\n`\n-----BEGIN PGP/)
    const bare = await cli('acl', 'export', 'bare')
    expect(bare.out).toBe('{}')
    expect(bare.err).toContain('refuses every action')
  })

  test('a directory of all: a file for each distinct ACL, an index, the keys; and these are the last files', async () => {
    const made = await cli('acl', 'export', '--all', '--dir', 'out', '--json')
    expect(made.code).toBe(0)
    const out = path.join(dir, 'out')
    expect(JSON.parse(made.out)).toEqual({ endpoints: 3, acls: 2, changed: 0, keys: 1, dir: out })
    expect(await readdir(path.join(out, 'agentkeys'))).toEqual([`${ann.fingerprint}.asc`])
    expect(await readdir(path.join(out, '2014'))).toHaveLength(2)
    const index = await readFile(path.join(out, 'index.csv'), 'utf8')
    const lines = index.trimEnd().split('\r\n')
    expect(lines[0]).toBe('agentid,name,queueloc,digest,file')
    const of = (name: string) => lines.find((line) => line.includes(`,${name},`))?.split(',') ?? []
    expect(of('web1')[4]).toBe(of('web2')[4])
    expect(of("'=db1")[0]).toBe('12')
    const [file = ''] = of('web1')[4]?.split(' ') ?? []
    expect(readAclFile(await readFile(path.join(out, file), 'utf8'))).toMatchObject({ ok: true })
    expect(await lastAudit()).toMatchObject({
      kind: 'acl.file.export',
      detail: { endpoints: 3, acls: 2, changed: 0 },
    })
    const kept = await owner(
      `SELECT e.queueloc, e.digest = e.file_digest AS same FROM dashboard.acl_endpoint e JOIN dashboard.acl_file f ON f.id = e.file_id
        WHERE f.id = (SELECT max(id) FROM dashboard.acl_file) ORDER BY 1`,
    )
    expect(kept).toEqual(['0', '1', '2'].map((i) => ({ queueloc: `linux.host${i}`, same: true })))
    expect(await cli('acl', 'export', '--all', '--dir', 'out')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not empty'),
    })
  })

  test('filters narrow what is written', async () => {
    const made = await cli('acl', 'export', '--agent-name', 'web', '--dir', 'web', '--format', '2019', '--json')
    expect(JSON.parse(made.out)).toMatchObject({ endpoints: 2, acls: 1 })
    expect((await readdir(path.join(dir, 'web'))).sort()).toEqual(['2019', 'agentkeys', 'index.csv'])
  })

  test.each([
    [['acl', 'export'], 'Name an AGENT'],
    [['acl', 'export', '10', '--format', 'yaml'], '--format is 2019 or 2014'],
    [['acl', 'export', '--dir', 'x'], 'Say which endpoints'],
    [['acl', 'export', '--dir', 'x', '--all', '--os', 'linux'], 'Say which endpoints'],
    [['acl', 'export', '--dir', 'x', '--state', 'asleep'], 'The filter "state" knows'],
    [['acl', 'export', '10', '--dir', 'x', '--all'], 'not both'],
  ])('%j is called wrongly', async (argv, sentence) => {
    const answer = await cli(...argv)
    expect(answer).toMatchObject({ code: 2, out: '' })
    expect(answer.err).toContain(sentence)
  })

  test('who is not there, or there twice, is no file', async () => {
    expect(await cli('acl', 'export', 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('no agent') })
    expect(await cli('acl', 'export', 'twice')).toMatchObject({ code: 1, err: expect.stringContaining('14, 15') })
  })
})
