import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { writeAclBatches } from '@/lib/testing/acl-batches'
import { newKey } from '@/lib/testing/keys'
import { startSiteForTests, type TestSite, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl, readRows } from './database'
import { type Answer, send } from './raw-http'
import { ACTIONS, HANDLERS, PAGES, type Site, type Who } from './route-table'

// A site of its own: whole tables are compared before and after.
test.describe.configure({ mode: 'serial', timeout: 300_000 })

const BUILD = path.resolve(import.meta.dirname, '../.next/server')
const ROLES: readonly Who[] = ['nobody', 'investigator', 'admin']

const readBuild = <T>(file: string): T => JSON.parse(readFileSync(path.join(BUILD, file), 'utf8'))
const routeOf = (entry: string) =>
  entry
    .replace(/^app/, '')
    .replace(/\/\([^)]*\)/g, '')
    .replace(/\/(page|route)$/, '') || '/'

/** What the build serves: pages, handlers, and actions with the pages that they are sent to. */
function built() {
  const entries = Object.keys(readBuild<Record<string, string>>('app-paths-manifest.json'))
  const { node, edge } = readBuild<{ node: Actions; edge: Actions }>('server-reference-manifest.json')
  expect(Object.keys(edge)).toEqual([])
  expect(
    Object.keys(readBuild('pages-manifest.json')).filter((page) => !/^\/(_app|_document|_error|404|500)$/.test(page)),
  ).toEqual([])
  return {
    pages: entries.filter((entry) => entry.endsWith('/page')).map(routeOf),
    handlers: entries.filter((entry) => entry.endsWith('/route')).map(routeOf),
    actions: Object.entries(node).map(([id, { filename, exportedName, workers }]) => ({
      id,
      name: `${filename}#${exportedName}`,
      from: Object.keys(workers).map(routeOf),
    })),
  }
}
type Actions = Record<string, { filename: string; exportedName: string; workers: Record<string, unknown> }>

let dataDir: string
let site: TestSite
let facts: Omit<Site, 'self' | 'session' | 'token' | 'view' | 'ownSession' | 'minimum' | 'weight'>
let people: Record<'investigator' | 'admin', Person>
/** What only who is signed in may read: names and ids of endpoints, actions, commands, people; `words` are without blanks. */
let words: Set<string>
let phrases: string[]
const WORD = /^[A-Za-z0-9][A-Za-z0-9.-]+[A-Za-z0-9]$/
type Person = Site['other']

const query = <Row extends object>(statement: string) => readRows<Row>(statement, dataDir)
const one = async <Row extends object>(statement: string): Promise<Row> => {
  const [row] = await query<Row>(statement)
  if (!row) throw new Error(`no row for ${statement}`)
  return row
}

test.beforeAll(async () => {
  test.setTimeout(300_000)
  dataDir = temporaryDataDir()
  site = await startSiteForTests({ DB_HOME: dataDir })
  const person = (name: string) =>
    one<Person>(
      `SELECT trunc(id)::text AS id, name, upper(pgpfingerprint) AS fingerprint, pgpfingerprint AS "storedFingerprint",
         encode(sha256(convert_to(publickey, 'UTF8')), 'hex') AS digest
       FROM public.investigators WHERE name = '${name}'`,
    )
  people = { admin: await person('Ada Okafor'), investigator: await person('Tomáš Dvořák') }
  const { command, action, agent } = await one<Pick<Site, 'command' | 'action' | 'agent'>>(
    `SELECT trunc(c.id)::text AS command, trunc(c.actionid)::text AS action, trunc(c.agentid)::text AS agent
     FROM public.commands c JOIN public.actions a ON a.id = c.actionid ORDER BY c.starttime DESC, c.id LIMIT 1`,
  )
  const module = await one<{ id: string; name: string; agent: string }>(
    `SELECT trunc(m.id)::text AS id, m.name, trunc(a.id)::text AS agent FROM public.modules m, (
       SELECT DISTINCT ON (queueloc) id, heartbeattime FROM public.agents ORDER BY queueloc, heartbeattime DESC) a
     WHERE a.heartbeattime <= now() ORDER BY a.heartbeattime DESC, a.id, m.id LIMIT 1`,
  )
  const fresh = await newKey('Somebody New')
  await writeAclBatches(ownerUrl(dataDir))
  // The revert: it can be reverted itself.
  const batch = await one<{ id: string }>(
    `SELECT max(id)::text AS id FROM dashboard.audit WHERE kind = 'acl.batch.revert'`,
  )
  facts = {
    action,
    batch: batch.id,
    command,
    agent: module.agent,
    module: module.id,
    moduleName: module.name,
    investigator: people.investigator.id,
    other: await person('Mei-Lin Chow'),
    spool: { kind: 'action', state: 'done', name: '' }, // chosen below, once it is known what tells something
    newKey: fresh.publicKey,
    newFingerprint: fresh.fingerprint,
  }
  const found = await query<{ needle: string }>(
    `SELECT DISTINCT name AS needle FROM public.agents UNION SELECT queueloc FROM public.agents
     UNION SELECT trunc(id)::text FROM public.agents UNION SELECT trunc(id)::text FROM public.actions
     UNION SELECT trunc(id)::text FROM public.commands UNION SELECT name FROM public.actions
     UNION SELECT name FROM public.investigators WHERE id <> ${people.investigator.id} AND id <> ${people.admin.id}
     UNION SELECT name FROM public.modules UNION SELECT detail->>'reason' FROM dashboard.audit WHERE object_type = 'acl_batch'`,
  )
  const needles = found.map(({ needle }) => needle).filter((needle) => needle.length > 8)
  words = new Set(needles.filter((needle) => WORD.test(needle)))
  phrases = needles.filter((needle) => /^[\p{L}\p{N} .:_-]+$/u.test(needle) && !words.has(needle))
  const done = path.join(dataDir, 'spool/action/done')
  facts.spool.name = readdirSync(done).find((file) => tells(path.join(done, file))) ?? ''
  expect(words.size).toBeGreaterThan(1000)
  expect(facts.spool.name).not.toBe('')
  expect(phrases.length).toBeGreaterThan(10)
  expect(agent).not.toBe('')
})
test.afterAll(async () => {
  await site?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const session = async ({ id, fingerprint }: Pick<Person, 'id' | 'fingerprint'>) => {
  const secret = randomBytes(32).toString('base64url')
  const sessionId = randomUUID()
  await query(
    `INSERT INTO dashboard.session (id, token_hash, investigator_id, fingerprint, expires_at)
     VALUES ('${sessionId}', '\\x${createHash('sha256').update(secret).digest('hex')}', ${id}, '${fingerprint}', clock_timestamp() + interval '1 hour')`,
  )
  return { id: sessionId, cookie: `mig-session=${secret}` }
}

async function cookieOf(who: Who): Promise<Record<string, string>> {
  return who === 'nobody' ? {} : { cookie: (await session(people[who])).cookie }
}

const get = (address: string, headers: Record<string, string>) => send(address, { headers, site: site.url })

/** The first thing in an answer that only who is signed in may read; what the address itself says is no news. */
function told({ body }: Answer, address: string): string | undefined {
  const asked = decodeURIComponent(address)
  const found = body.match(/\d{12,}|[A-Za-z0-9][A-Za-z0-9.-]{7,}[A-Za-z0-9]/g) ?? []
  const word = found
    .flatMap((one) => [one, ...(one.match(/\d{12,}/g) ?? [])])
    .find((one) => words.has(one) && !asked.includes(one))
  return word ?? phrases.find((one) => body.includes(one))
}

/** Whether a spool's file of an action holds a name that only who is signed in may read. */
function tells(file: string): boolean {
  const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name: string }
  return words.has(name) || phrases.includes(name)
}

/** What a browser says that it holds already: the layout around a page of the dashboard. */
const TREE = [
  '',
  { children: ['(dashboard)', { children: ['elsewhere', { children: ['__PAGE__', {}] }] }] },
  null,
  null,
]

const MODES: [string, Record<string, string>][] = [
  ['a plain request', {}],
  ['RSC', { rsc: '1' }],
  [
    'RSC with a tree that has all but the page',
    { rsc: '1', 'next-router-state-tree': encodeURIComponent(JSON.stringify(TREE)) },
  ],
  ['a prefetch', { rsc: '1', 'next-router-prefetch': '1' }],
  ['a prefetch at run time', { rsc: '1', 'next-router-prefetch': '2' }],
  ['a prefetch of the tree', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
  ['a prefetch of all', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_full' }],
  ['data', { 'x-nextjs-data': '1' }],
  ['a header that once led around the proxy', { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' }],
  [
    'a header that once led around the middleware',
    { 'x-middleware-subrequest': Array(5).fill('src/middleware').join(':') },
  ],
  [
    'headers of Next for itself',
    { 'x-middleware-rewrite': '/sign-in', 'x-matched-path': '/sign-in', 'x-invoke-path': '/sign-in' },
  ],
  [
    'a forged viewer',
    { authorization: 'Bearer 0', 'x-mig-path': '/', 'x-mig-viewer': 'admin', cookie: `mig-session=${'A'.repeat(43)}` },
  ],
]

/** The answer, behind the one redirect that Next itself makes to add the mark of an RSC request. */
async function ask(address: string, headers: Record<string, string>): Promise<Answer> {
  const answer = await get(address, headers)
  const { location } = answer.headers
  if (!location) return answer
  const to = new URL(location, site.url)
  return to.searchParams.has('_rsc') && to.pathname === new URL(address, site.url).pathname
    ? get(`${to.pathname}${to.search}`, headers)
    : answer
}

const toSignIn = ({ status, headers, body }: Answer) =>
  ((status === 307 || status === 303) && /^\/sign-in(\?|$)/.test(headers.location?.replace(site.url, '') ?? '')) ||
  /NEXT_REDIRECT;(replace|push);\/sign-in(\?|;)/.test(body)

test('every page, handler and action of the build has its entry, and no entry is left over', () => {
  const { pages, handlers, actions } = built()
  expect(pages.sort()).toEqual(Object.keys(PAGES).sort())
  expect(handlers.sort()).toEqual(Object.keys(HANDLERS).sort())
  expect(actions.map(({ name }) => name).sort()).toEqual(Object.keys(ACTIONS).sort())
})

test('a weight is set, so that the audit has something to show', async () => {
  const what = 'lib/mig/acl/server-actions.ts#saveMinimumWeight'
  const action = built().actions.find(({ name }) => name === what)
  const [rule] = ACTIONS[what] ?? []
  const fields = rule?.fields(await siteNow('admin')) ?? {}
  const answer = await post('/acl/requirements', action?.id ?? '', fields, await cookieOf('admin'))
  expect(stateOf(answer)).toContain('"status":"ok"')
})

for (const [route, rule] of Object.entries(PAGES))
  test(`the page ${route} shows each role what it may see`, async () => {
    test.skip(rule.investigator === 'next')
    const address = rule.path?.({ ...facts } as Site) ?? route
    for (const [mode, headers] of MODES) {
      const answer = await ask(address, headers)
      const what = `${mode} as nobody`
      expect(answer.status, what).toBeLessThan(500)
      expect(answer.headers['cache-control'] ?? 'no-store', what).toContain('no-store')
      if (rule.investigator === 'open') {
        expect(answer.status, what).toBeLessThan(400)
        continue
      }
      expect(told(answer, address), what).toBeUndefined()
      // A prefetch may end before the page: then it only holds nothing.
      if (!('next-router-prefetch' in headers)) expect(toSignIn(answer), what).toBe(true)
    }
    for (const who of ['investigator', 'admin'] as const) {
      const cookie = await cookieOf(who)
      const [plain, rsc] = [await ask(address, cookie), await ask(address, { ...cookie, rsc: '1' })]
      for (const answer of [plain, rsc]) {
        expect(answer.status, who).toBe(rule.investigator === 'missing' && answer === plain ? 404 : 200)
        expect(answer.headers['cache-control'], who).toContain('no-store')
        expect(toSignIn(answer), who).toBe(false)
        if (rule.investigator === 'reads') expect(told(answer, address), who).toBeDefined()
        if (rule.investigator === 'no-access') {
          expect(answer.body.includes('You may not see this'), who).toBe(who === 'investigator')
          // The form itself is drawn in the browser: its fields are in the page, not in RSC.
          if (answer === plain) expect(answer.body.includes(rule.form ?? 'armoredKey'), who).toBe(who === 'admin')
          if (who === 'admin' && rule.admin === 'reads') expect(told(answer, address), who).toBeDefined()
          else expect(told(answer, address), who).toBeUndefined()
        }
      }
    }
  })

for (const [route, rule] of Object.entries(HANDLERS))
  test(`the handler ${route} answers each role as it may`, async () => {
    const address = `${rule.path?.({ ...facts } as Site) ?? route}${rule.query ?? ''}`
    if (rule.investigator === 'open') {
      const answer = await get(address, {})
      expect(answer.status).toBe(200)
      expect(told(answer, address)).toBeUndefined()
      return
    }
    for (const [mode, headers] of MODES) {
      const answer = await ask(address, headers)
      expect(answer.status, `${mode} as nobody`).toBe(401)
      expect(told(answer, address), mode).toBeUndefined()
      expect(answer.body.length, mode).toBeLessThan(200)
    }
    expect((await get(address, { ...(await cookieOf('investigator')) })).status).toBe(rule.investigator)
    const admin = await get(address, await cookieOf('admin'))
    expect(admin.status).toBe(200)
    expect(admin.headers['cache-control']).toContain('no-store')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect(
        (await send(address, { method, site: site.url, headers: { origin: site.url, ...(await cookieOf('admin')) } }))
          .status,
        method,
      ).toBe(405)
  })

for (const [name, cases] of Object.entries(ACTIONS))
  for (const rule of cases)
    test(`${name}, ${rule.what}: each role does what it may`, async () => {
      const action = built().actions.find((one) => one.name === name)
      expect(action).toBeDefined()
      const own = action?.from.map((route) => PAGES[route]?.path?.({ ...facts } as Site) ?? route)[0] ?? '/'
      // An action answers on any page: also on the one that needs no session.
      for (const who of ROLES)
        for (const address of who === 'admin' ? [own] : ['/sign-in', own]) {
          const what = `${who} on ${address}`
          await reset(rule.disabled)
          const cookie = await cookieOf(who)
          const fields = rule.fields(await siteNow(who))
          const isDone = rule[who] === 'done'
          const before = await everything(isDone)
          const send = (all: typeof fields) => post(address, action?.id ?? '', all, cookie, rule.formOnly)
          let answer = await send(fields)
          // Where it takes somebody's last sufficient signers away, it wants exactly that to be confirmed.
          const [, confirm] = /"confirm":"([0-9a-f]{64}\.\d+)"/.exec(answer.body) ?? []
          if (confirm) answer = await send({ ...fields, confirm })
          expect(answer.status, what).toBeLessThan(500)
          if (!isDone) {
            expect(await everything(false), what).toEqual(before)
            expect(stateOf(answer), what).not.toContain('"status":"ok"')
            // What was sent comes back with a refused form.
            const sent = encodeURIComponent(Object.values(fields).join(' '))
            if (who === 'nobody') expect(told(answer, sent), what).toBeUndefined()
          } else {
            expect(await everything(true), what).not.toEqual(before)
            expect(stateOf(answer), what).not.toContain('"status":"error"')
          }
        }
    })

/** The other person as the demo made them. */
async function reset(disabled = false): Promise<void> {
  const { id, fingerprint, name } = facts.other
  await query(`DELETE FROM dashboard.person WHERE investigator_id = ${id}`)
  // What an earlier request added or renamed.
  const added = `(SELECT i.id FROM public.investigators i WHERE i.name LIKE 'Somebody%' OR (i.name = '${name}' AND i.id <> ${id}))`
  await query(`UPDATE public.investigators SET name = '${name}' WHERE id = ${id}`)
  await query(`DELETE FROM public.invagtmodperm WHERE investigatorid IN ${added}`)
  await query(`DELETE FROM public.investigators WHERE id IN ${added}`)
  if (disabled)
    await query(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, disabled_at) VALUES (${id}, '${fingerprint}', clock_timestamp())`,
    )
}

/** The facts as they are at this moment, with a session and a token of the other person. */
async function siteNow(who: Who): Promise<Site> {
  const { agent, module, other } = facts
  const [minimum] = await query<{ value: number }>(
    `SELECT minimumweight AS value FROM public.agtmodreq WHERE agentid = ${agent} AND moduleid = ${module}`,
  )
  const [weight] = await query<{ value: number }>(
    `SELECT weight AS value FROM public.invagtmodperm WHERE agentid = ${agent} AND moduleid = ${module} AND investigatorid = ${other.id}`,
  )
  const token = randomUUID()
  const [view] = await query<{ id: string }>(
    `INSERT INTO dashboard.saved_view (list, name, query, owner_id, owner_name, shared)
     VALUES ('/actions', '${token}', '', ${other.id}, 'test', true) RETURNING id::text AS id`,
  )
  await query(
    `INSERT INTO dashboard.token (id, token_hash, kind, investigator_id, fingerprint, name, created_by, expires_at)
     VALUES ('${token}', '\\x${randomBytes(32).toString('hex')}', 'person', ${other.id}, '${other.fingerprint}', 'test', 'test', clock_timestamp() + interval '1 day')`,
  )
  return {
    ...facts,
    minimum: String(minimum?.value ?? ''),
    weight: String(weight?.value ?? ''),
    self: people[who === 'nobody' ? 'investigator' : who],
    session: (await session(other)).id,
    token,
    view: view?.id ?? '',
    ownSession: (await session(who === 'nobody' ? other : people[who])).id,
  }
}

/**
 * A digest of all that a server action can change, the texts to sign only with `texts`. Refused sign-ins and their counts
 * are no change.
 */
async function everything(texts: boolean): Promise<Record<string, string>> {
  const tables: Record<string, string> = {
    'public.investigators': 'to_jsonb(t)',
    'public.modules': 'to_jsonb(t)',
    'public.agtmodreq': 'to_jsonb(t)',
    'public.invagtmodperm': 'to_jsonb(t)',
    'dashboard.acl_change': 'to_jsonb(t)',
    'dashboard.person': 'to_jsonb(t)',
    'dashboard.saved_view': 'to_jsonb(t)',
    'dashboard.default_view': 'to_jsonb(t)',
    'dashboard.session': `to_jsonb(t) - 'last_used_at'`,
    'dashboard.token': `to_jsonb(t) - 'last_used_at'`,
    ...(texts ? { 'dashboard.challenge': 'to_jsonb(t)' } : {}),
    "(SELECT * FROM dashboard.audit WHERE kind <> 'session.refuse')": 'to_jsonb(t)',
  }
  const parts = Object.entries(tables).map(
    ([table, row], i) =>
      `(SELECT count(*) || ' ' || coalesce(md5(string_agg(md5((${row})::text), '' ORDER BY md5((${row})::text))), '') FROM ${table} t) AS t${i}`,
  )
  return one(`SELECT ${parts.join(', ')}`)
}

/** What a server action gave back to the form, out of React's encoding. */
const stateOf = ({ body }: Answer): string => /\{"status":"(ok|error)"[^\n]*/.exec(body)?.[0].slice(0, 500) ?? ''

/** A server action called as React calls it: earlier state (unless it takes none) and form, in React's own encoding. */
function post(
  address: string,
  id: string,
  fields: Record<string, string>,
  headers: Record<string, string>,
  formOnly = false,
): Promise<Answer> {
  const boundary = `form-${randomUUID()}`
  const parts = [
    ...Object.entries(fields).map(([name, value]) => [`_1_${name}`, value]),
    ['0', formOnly ? '["$K1"]' : '[{"status":"idle"},"$K1"]'],
  ]
  const body = `${parts
    .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}--${boundary}--\r\n`
  return send(address, {
    method: 'POST',
    site: site.url,
    headers: {
      origin: site.url,
      accept: 'text/x-component',
      'next-action': id,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...headers,
    },
    body,
  })
}
