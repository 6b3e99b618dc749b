import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createToken } from '@/lib/auth/token-mutations'
import { httpStatus } from '@/lib/errors'
import { exportRoute } from '@/lib/export'
import { addInvestigator } from '@/lib/mig/investigators/mutations'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { newKey } from '@/lib/testing/keys'
import { tries } from '@/lib/testing/long'
import { CHURNED, churn, OUTSIDE } from '@/lib/testing/spool-churn'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { spoolChange } from './change'
import { spoolClient } from './client'
import { getSpoolFile, getSpoolFileBytes, listNeighbours } from './file'
import { encodeFileName } from './file-name'
import { exportSpoolFiles, listSpoolFiles } from './files'
import { findEverywhere } from './find'
import { getSpoolOverview } from './overview'
import { exportReconciled, getReconcile, listReconciled } from './reconcile'
import { reconcileList, spoolFileList } from './search-params'
import { spoolError } from './spool-error'

const SECONDS = tries({ short: 4, long: 60 })
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-churn-site-'))
const spool = path.join(root, 'spool')
vi.stubEnv('MIG_SPOOL_DIR', spool)
const RETURNED: SpoolDirectory = ['command', 'returned']

const AGENT = '{"id":1,"status":"done","agent":{"name":"inside","queueloc":"q"}'
const TEXTS = [`${AGENT},"results":[]}`, `${AGENT}}`]
/** A file's text without what growing and shrinking leave at its end, with one id for all. */
const plain = (text: string) => text.replace(/[ \0]*$/, '').replace(/^\{"id":\d+/, '{"id":1')

describe('the pages and downloads of a spool that changes under them', () => {
  useDatabaseOf('data-rst')
  const operator = testViewer('admin', { id: null, name: 'operator' })
  const viewer = testViewer('investigator')
  let authorization = ''
  let end: () => Promise<void>

  beforeAll(async () => {
    const ann = await addInvestigator(operator, { name: 'Ann', key: (await newKey()).publicKey }, { anyway: true })
    const token = { kind: 'person', investigatorId: ann.id, name: 'churn', days: 1 } as const
    authorization = `Bearer ${(await createToken(operator, token)).secret}`
    end = await churn(spool, path.join(root, 'outside'))
  })
  afterAll(async () => {
    await end()
    spoolClient(spool).close()
    fs.rmSync(root, { recursive: true, force: true })
  })

  const ask = (at: string) => new Request(`http://127.0.0.1:3000${at}`, { headers: { authorization } })
  const files = spoolFileList(RETURNED)
  const exportFiles = exportRoute(files, (person, params) => exportSpoolFiles(person, RETURNED, params))
  const exportComparison = exportRoute(reconcileList, exportReconciled)
  const context = { params: Promise.resolve({}) }
  const statuses = new Map<string, number>()

  /** The answer's text; it is one that a person understands, and says nothing of what lies outside. */
  async function given(what: string, response: Response): Promise<string | null> {
    const key = `${what} ${response.status}`
    statuses.set(key, (statuses.get(key) ?? 0) + 1)
    expect([200, 404, 409, 503], what).toContain(response.status)
    // A spool that was there when the answer began may be a link a moment later: then the download breaks off.
    const text = await response.text().catch(() => null)
    expect(text ?? '').not.toContain(OUTSIDE)
    return response.ok ? text : null
  }

  /** What a page shows, or why not; never thrown. */
  function shown<T>(what: string, value: T): T {
    expect(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))).not.toContain(OUTSIDE)
    statuses.set(what, (statuses.get(what) ?? 0) + 1)
    return value
  }

  test(
    `for ${SECONDS} s: no error, no wrong content, nothing from outside`,
    async () => {
      const lists = [
        '',
        'sort=-modified',
        'sort=bytes',
        'larger=1',
        'agent=i',
        `agent=${OUTSIDE}`,
        'broken=1',
        'sort=moment',
      ]
      const exported = new RegExp(`^(${CHURNED.join('|')}),command,returned,\\d*,[^,]*,\\d*,\\d*$`)
      const until = performance.now() + SECONDS * 1_000
      for (let round = 0; performance.now() < until || round < lists.length; round++) {
        const query = lists[round % lists.length] ?? ''
        const parsed = files.parse(Object.fromEntries(new URLSearchParams(query)))
        if (!parsed.ok) throw new Error(parsed.problem)
        const list = shown('list', await listSpoolFiles(viewer, { directory: RETURNED, ...parsed.params }))
        const rows = list.ok ? list.value.rows : []
        for (const row of rows) expect(CHURNED).toContain(row.file)
        expect(new Set(rows.map((row) => row.file)).size).toBe(rows.length)
        if (query === `agent=${OUTSIDE}`) expect(rows).toEqual([])
        const name = CHURNED[round % CHURNED.length] as string
        const file = shown('file', await getSpoolFile(viewer, { directory: RETURNED, name }))
        if (file.ok && file.value.command?.agent) expect(file.value.command.agent.name).toBe('inside')
        const bytes = await getSpoolFileBytes(viewer, { directory: RETURNED, name })
        const text = await given(
          'download',
          bytes.ok
            ? new Response(Buffer.from(bytes.value.bytes))
            : new Response(bytes.sentence, { status: httpStatus(spoolError(bytes)) }),
        )
        if (text) expect(TEXTS.some((whole) => whole.startsWith(plain(text)))).toBe(true)
        const csv = await given('export', await exportFiles(ask(`/spool/command/returned/export?${query}`), context))
        for (const line of csv?.trim().split('\r\n').slice(1) ?? []) expect(line).toMatch(exported)
        shown('overview', await getSpoolOverview(viewer))
        shown('find', await findEverywhere(viewer, String(round)))
        shown(
          'neighbours',
          await listNeighbours(viewer, '1' as never, { directory: RETURNED, name: encodeFileName(name) }),
        )
        shown('change', await spoolChange(viewer, { directory: RETURNED, name: encodeFileName(name) }))
        if (round % 4 === 0) {
          const all = reconcileList.parse({})
          if (!all.ok) throw new Error(all.problem)
          shown('comparison', await getReconcile(viewer))
          shown('compared', await listReconciled(viewer, all.params))
          await given('reconcile', await exportComparison(ask('/spool/reconcile/export'), context))
        }
      }
      expect(statuses.get('download 200')).toBeGreaterThan(0)
      expect(statuses.get('export 200')).toBeGreaterThan(0)
    },
    SECONDS * 1_000 + 120_000,
  )
})
