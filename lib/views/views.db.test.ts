import { beforeAll, describe, expect, test } from 'vitest'
import { actionList } from '@/lib/mig/actions/search-params'
import type { MigId } from '@/lib/mig/wire/id'
import { insertMigRows } from '@/lib/testing/mig-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { MAX_VIEW_QUERY, MAX_VIEWS } from './lists'
import { changeView, chooseDefault, removeView, saveView } from './mutations'
import { defaultView, defaultViewHref, listViews } from './queries'

const ann = testViewer('investigator', { id: '2' as MigId, name: 'Ann' })
const bea = testViewer('investigator', { id: '3' as MigId, name: 'Bea' })
const admin = testViewer('admin', { id: '4' as MigId, name: 'Ada' })

const view = (more = {}) => ({ list: '/actions', name: 'broken', query: 'status=invalid', shared: false, ...more })

describe('saved views', () => {
  const { owner, ownerUrl } = useDatabaseOf('scripts')
  beforeAll(() => insertMigRows(ownerUrl(), 'scripts'))
  const audit = async () =>
    (await owner(`SELECT kind, object_id, before, after FROM dashboard.audit ORDER BY id DESC LIMIT 1`)) as {
      kind: string
      object_id: string
    }[]
  const rows = async () =>
    JSON.stringify([
      await owner('SELECT * FROM dashboard.saved_view ORDER BY id'),
      await owner('SELECT * FROM dashboard.default_view ORDER BY 1, 2'),
      await owner('SELECT count(*) FROM dashboard.audit'),
    ])

  async function refused(run: () => Promise<unknown>, code: string) {
    const before = await rows()
    await expect(run()).rejects.toMatchObject({ code })
    expect(await rows()).toBe(before)
  }

  test('a private view is its maker’s alone, even for an admin', async () => {
    const { id } = await saveView(ann, view({ query: '?status=invalid&after=abc&view=1&q=' }))
    expect((await audit())[0]).toMatchObject({
      kind: 'view.save',
      object_id: id,
      before: null,
      after: { list: '/actions', name: 'broken', query: 'status=invalid', shared: false },
    })
    expect((await listViews(ann, '/actions')).views).toMatchObject([
      { id, name: 'broken', query: 'status=invalid', isOwn: true, mayChange: true },
    ])
    expect(await listViews(ann, '/agents')).toEqual({ views: [], more: false })
    for (const other of [bea, admin]) {
      expect(await listViews(other, '/actions')).toEqual({ views: [], more: false })
      await refused(() => changeView(other, id, { name: 'x', shared: true }), 'not_found')
      await refused(() => removeView(other, id), 'not_found')
      await refused(() => chooseDefault(other, '/actions', id), 'not_found')
    }
  })

  test('a shared view is everybody’s to open, its maker’s and an admin’s to change', async () => {
    const { id } = await saveView(ann, view({ name: 'for all', shared: true }))
    expect((await listViews(bea, '/actions')).views).toMatchObject([
      { id, isOwn: false, ownerName: 'Ann', mayChange: false },
    ])
    expect((await listViews(admin, '/actions')).views).toMatchObject([{ id, isOwn: false, mayChange: true }])
    await refused(() => changeView(bea, id, { name: 'mine', shared: true }), 'forbidden')
    await refused(() => removeView(bea, id), 'forbidden')
    await changeView(admin, id, { name: 'for all of us', shared: true })
    expect((await audit())[0]).toMatchObject({
      kind: 'view.change',
      before: { name: 'for all', shared: true },
      after: { name: 'for all of us', shared: true },
    })
    await removeView(admin, id)
    expect((await audit())[0]).toMatchObject({ kind: 'view.remove', object_id: id, after: null })
    await refused(() => removeView(ann, id), 'not_found')
  })

  test('a default is one a list and a person, and ends with what it names', async () => {
    const { id } = await saveView(ann, view({ name: 'default', shared: true }))
    const { id: another } = await saveView(ann, view({ name: 'another', list: '/agents' }))
    await chooseDefault(bea, '/actions', id)
    await chooseDefault(ann, '/actions', id)
    expect(await defaultView(bea, '/actions')).toEqual({ id, list: '/actions', query: 'status=invalid' })
    expect(await defaultView(bea, '/agents')).toBeNull()
    expect(await defaultView(admin, '/actions')).toBeNull()
    expect((await listViews(bea, '/actions')).views.map(({ isDefault }) => isDefault)).toEqual([true])
    await refused(() => chooseDefault(ann, '/actions', another), 'not_found')
    // Taken back, it is nobody else's default any more.
    await changeView(ann, id, { name: 'default', shared: false })
    expect(await defaultView(bea, '/actions')).toBeNull()
    expect(await defaultView(ann, '/actions')).toMatchObject({ id })
    await chooseDefault(ann, '/actions', null)
    expect((await audit())[0]).toMatchObject({ kind: 'view.default', before: { view: id }, after: { view: null } })
    expect(await defaultView(ann, '/actions')).toBeNull()
  })

  test('a list opens with its default view as long as it can read it', async () => {
    const dora = testViewer('investigator', { id: '6' as MigId, name: 'Dora' })
    expect(await defaultViewHref(dora, actionList)).toBeNull()
    const { id } = await saveView(dora, view({ query: 'status=invalid&status=completed' }))
    await chooseDefault(dora, '/actions', id)
    expect(await defaultViewHref(dora, actionList)).toBe(`/actions?status=invalid&status=completed&view=${id}`)
    for (const query of ['no-such-filter=1', 'status=no-such-status']) {
      const { id: old } = await saveView(dora, view({ name: query, query }))
      await chooseDefault(dora, '/actions', old)
      expect(await defaultViewHref(dora, actionList)).toBeNull()
    }
  })

  test('what changes nothing leaves no row in the audit', async () => {
    const emil = testViewer('investigator', { id: '7' as MigId, name: 'Emil' })
    const { id } = await saveView(emil, view({ shared: true }))
    await chooseDefault(emil, '/actions', id)
    const before = await rows()
    expect(await chooseDefault(emil, '/actions', id)).toEqual({ name: 'broken' })
    expect(await chooseDefault(emil, '/commands', null)).toEqual({ name: null })
    expect(await changeView(emil, id, { name: ' broken ', shared: true })).toEqual({ name: 'broken' })
    expect(await rows()).toBe(before)
    await removeView(emil, id)
  })

  test('names and addresses have bounds, and hostile ones are kept as they are', async () => {
    for (const name of ['', '  ', 'a\nb', 'a\0b', 'x'.repeat(61), '\ud800'])
      await refused(() => saveView(bea, view({ name })), 'invalid')
    for (const list of ['/settings', '//evil.example', 'javascript:alert(1)'])
      await refused(() => saveView(bea, view({ list })), 'invalid')
    await refused(() => saveView(bea, view({ query: `q=${'x'.repeat(MAX_VIEW_QUERY)}` })), 'invalid')
    await refused(() => saveView(bea, view({ query: 'q=%00' })), 'invalid')
    const name = `<b>'"; DROP TABLE x; --\u202e`
    await saveView(bea, view({ name, list: '/audit', query: 'no-such-filter=1' }))
    expect((await listViews(bea, '/audit')).views).toMatchObject([{ name, query: 'no-such-filter=1' }])
    await refused(() => saveView(bea, view({ name, list: '/audit' })), 'conflict')
    await refused(() => removeView(bea, '9'.repeat(30)), 'not_found')
    await refused(() => removeView(bea, `1' OR true`), 'not_found')
  })

  test('nobody has more than fifty', async () => {
    const cleo = testViewer('investigator', { id: '5' as MigId, name: 'Cleo' })
    for (let i = 0; i < MAX_VIEWS; i++) await saveView(cleo, view({ name: `view ${i}` }))
    await refused(() => saveView(cleo, view({ name: 'one too many' })), 'conflict')
    expect(await saveView(bea, view({ name: 'another person' }))).toMatchObject({ name: 'another person' })
  })

  test('an id that was given again by hand has nothing of whoever had it', async () => {
    const gone = testViewer('investigator', { id: '8' as MigId, name: 'Gus', fingerprint: 'A'.repeat(40) })
    const now = testViewer('investigator', { id: '8' as MigId, name: 'Hal', fingerprint: 'B'.repeat(40) })
    const { id } = await saveView(gone, view({ list: '/commands' }))
    const { id: shared } = await saveView(gone, view({ list: '/commands', name: 'for all', shared: true }))
    await chooseDefault(gone, '/commands', id)
    expect((await listViews(now, '/commands')).views).toMatchObject([{ id: shared, isOwn: false, mayChange: false }])
    expect(await defaultView(now, '/commands')).toBeNull()
    await refused(() => changeView(now, id, { name: 'mine', shared: false }), 'not_found')
    await refused(() => removeView(now, shared), 'forbidden')
    await refused(() => chooseDefault(now, '/commands', id), 'not_found')
    // What the other one left is in nobody's way.
    const { id: own } = await saveView(now, view({ list: '/commands' }))
    await chooseDefault(now, '/commands', own)
    expect(await defaultView(now, '/commands')).toMatchObject({ id: own })
    expect(await defaultView(gone, '/commands')).toBeNull()
  })

  test('of very many the own ones, the default and the open one are shown, and that there are more', async () => {
    await owner(`INSERT INTO dashboard.saved_view (list, name, query, owner_id, owner_name, shared)
      SELECT '/acl/lint', 'view ' || lpad(n::text, 3, '0'), '', 100 + n, 'x', true FROM generate_series(1, 200) n`)
    const shown = async (open?: string) => {
      const { views, more } = await listViews(bea, '/acl/lint', open)
      return { names: views.map(({ name }) => name), more }
    }
    expect(await shown()).toMatchObject({ more: false, names: { length: 200 } })
    const last = (await owner(`SELECT id::text AS id FROM dashboard.saved_view WHERE name = 'view 200'`)) as {
      id: string
    }[]
    await saveView(bea, view({ list: '/acl/lint', name: 'zebra' }))
    const first = await shown()
    expect(first).toMatchObject({ more: true, names: { length: 200, 0: 'zebra', 1: 'view 001', 199: 'view 199' } })
    expect((await shown(last[0]?.id)).names.slice(-2)).toEqual(['view 198', 'view 200'])
    await chooseDefault(bea, '/acl/lint', last[0]?.id as string)
    expect((await shown('no id')).names.slice(-2)).toEqual(['view 198', 'view 200'])
  })

  test('a token and the system account have no views', async () => {
    await refused(() => saveView({ ...ann, via: 'token' }, view({ name: 'by token' })), 'forbidden')
    await refused(() => saveView(testViewer('admin', { id: null }), view({ name: 'of nobody' })), 'forbidden')
  })
})
