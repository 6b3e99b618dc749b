import net from 'node:net'
import { readRows } from './database'
import { expect, test } from './fixtures'
import { addressOf, isDynamic, PAGE_ROUTES } from './pages'
import { type Answer, send } from './raw-http'

const site = new URL(process.env.E2E_BASE_URL ?? 'http://127.0.0.1')
const OWN = site.origin
// A frame of a stack names a file; a sentence with a time of day does not.
const STACK =
  /\bat (?:[^\n<>()]{1,80} \()?(?:file:|node:|webpack|\.{0,2}\/)[^\s()]{1,200}:\d+:\d+|node_modules|ECONNREFUSED/

test.describe('a write from elsewhere', () => {
  const FOREIGN: [string, Record<string, string | string[] | null>][] = [
    ['no Origin', {}],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['the Origin null', { origin: 'null' }],
    ['an empty Origin', { origin: '' }],
    ['a malformed Origin', { origin: 'not an address' }],
    ['a scheme alone', { origin: 'http://' }],
    ['two Origins in one, ours last', { origin: `http://evil.example, ${OWN}` }],
    ['two Origins in one, ours first', { origin: `${OWN}, http://evil.example` }],
    ['ours as the beginning of a name', { origin: `${OWN}.evil.example` }],
    ['ours as the name of a user', { origin: `http://${site.host}@evil.example` }],
    ['our name with another port', { origin: `http://${site.hostname}:1` }],
    [
      'a foreign Origin and a forged forwarded host',
      { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
    ],
    ['no Origin and a header of Next for itself', { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' }],
    ['no Origin and a Referer of ours', { referer: `${OWN}/acl/requirements` }],
  ]

  test('is refused and changes nothing; the same from our own page is done', async () => {
    const form = await weightForm()
    const before = await stored(form)
    for (const [what, headers] of FOREIGN) {
      const answer = await post(form, String(before + 1), headers)
      expect(answer.status, what).toBe(403)
      expect(answer.body, what).toBe('Cross-site request refused\n')
      const asFetch = await post(form, String(before + 1), { ...headers, 'next-action': form.actionId })
      expect(asFetch.status, `${what}, as a script would`).toBe(403)
    }
    expect(await stored(form)).toBe(before)
    const audited = await changes()

    const done = await post(form, String(before + 1), { origin: OWN })
    expect(done.status).toBe(200)
    expect(await stored(form)).toBe(before + 1)
    expect(await changes()).toBeGreaterThan(audited)
  })

  test('is refused for every method and page', async () => {
    for (const path of ['/', '/actions', '/acl/requirements', '/actions/export', '/no/such/page', '/healthz'])
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        expect(
          (await send(path, { method, headers: { origin: 'http://evil.example' } })).status,
          `${method} ${path}`,
        ).toBe(403)
  })

  test('that is malformed in itself is refused without harm', async () => {
    const unknown = '0'.repeat(42)
    const attempts: [string, Record<string, string>, string][] = [
      ['an unknown action', { 'next-action': unknown, 'content-type': 'text/plain;charset=UTF-8' }, '[]'],
      ['a broken name of an action', { 'next-action': '__proto__', 'content-type': 'text/plain;charset=UTF-8' }, '[]'],
      [
        'a form with an unknown action',
        { 'content-type': 'multipart/form-data; boundary=x' },
        multipart({ [`$ACTION_ID_${unknown}`]: '' }, 'x'),
      ],
      [
        'a reference to nothing',
        { 'content-type': 'multipart/form-data; boundary=x' },
        multipart({ $ACTION_REF_1: '' }, 'x'),
      ],
      [
        'a form without an end',
        { 'content-type': 'multipart/form-data; boundary=x' },
        '--x\r\nContent-Disposition: form-data; name="0"\r\n\r\n$1:__proto__:then',
      ],
    ]
    for (const [what, headers, body] of attempts) {
      const answer = await send('/acl/requirements', { method: 'POST', headers: { ...headers, origin: OWN }, body })
      expect(answer.body, what).not.toMatch(STACK)
      expect((await send('/healthz')).status, `after ${what}`).toBe(200)
    }
  })
})

test.describe('a forged address of the site', () => {
  test('is answered 421, whatever else is said', async () => {
    const forged: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: `evil.example:${site.port}` },
      { host: `${site.host}.evil.example` },
      { host: 'evil.example', 'x-forwarded-host': site.host },
      { host: 'evil.example', forwarded: `host=${site.host}` },
      { host: site.hostname },
      { host: '' },
    ]
    for (const headers of forged)
      for (const path of ['/', '/actions', '/actions/export', '/_next/static/x.js', '/icon.svg']) {
        const answer = await send(path, { headers })
        expect(answer.status, `${JSON.stringify(headers)} ${path}`).toBe(421)
        expect(answer.body).not.toContain('<html')
      }
  })

  test('is not believed when a header of a proxy says it', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9;host=evil.example',
      'x-original-host': 'evil.example',
      'x-rewrite-url': '/settings',
    }
    for (const path of ['/actions', '/actions/1', '/acl']) {
      const plain = await send(path)
      const forged = await send(path, { headers })
      expect(forged.status, path).toBe(plain.status)
      expect(forged.headers.location, path).toBe(plain.headers.location)
      expect(`${forged.body}${JSON.stringify(forged.headers)}`).not.toMatch(/evil\.example|203\.0\.113\.9/)
    }
  })

  test('in the request line, or twice, is refused', async () => {
    expect(await status(`GET http://evil.example/ HTTP/1.1\r\nHost: ${site.host}\r\n`)).toBe(400)
    expect(await status(`GET / HTTP/1.1\r\nHost: ${site.host}\r\nHost: evil.example\r\n`)).toBeGreaterThanOrEqual(400)
    expect(await status('GET / HTTP/1.1\r\n')).toBe(400)
    expect(await status(`GET /sign-in HTTP/1.1\r\nHost: ${site.host}\r\n`)).toBe(200)
  })

  test('does not keep the state of the site from who watches it', async () => {
    const answer = await send('/healthz', { headers: { host: 'balancer.internal' } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ ok: true })
  })
})

test('headers that Next sends itself have no effect from outside', async () => {
  const forms = ['middleware', 'proxy', 'src/middleware', 'src/proxy', 'pages/_middleware', '/proxy', 'proxy.ts']
  for (const form of forms)
    for (const value of [form, Array(5).fill(form).join(':')]) {
      const headers = { 'x-middleware-subrequest': value }
      const answer = await send('/actions', { headers })
      expect(answer.status, value).toBe(200)
      expect(answer.headers['content-security-policy'], value).toContain("frame-ancestors 'none'")
      expect((await send('/actions', { method: 'POST', headers })).status, value).toBe(403)
    }
  const others = {
    'x-invoke-path': '/no/such',
    'x-matched-path': '/no/such',
    'x-middleware-rewrite': '/no/such',
    'x-nonce': 'known',
  }
  for (const [name, value] of Object.entries(others)) {
    const answer = await send('/actions', { headers: { [name]: value } })
    expect(answer.status, name).toBe(200)
    expect(answer.body, name).toContain('<h1')
    expect(answer.headers['content-security-policy'], name).not.toContain('nonce-known')
  }
})

const ODD_NAMES = [
  '..%2f',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2fagents',
  '..%5c..%5cwindows',
  '%00',
  '1%00',
  '%0d%0aset-cookie:%20a=b',
  '%D9%A3%D9%A3',
  '%EF%BC%91%EF%BC%92',
  '%E2%80%AE1',
  '-1',
  '0x10',
  '1e400',
  '1e-3',
  'NaN',
  '1.5',
  "1'%20OR%20'1'='1",
  '1;SELECT%20pg_sleep(9)',
  '__proto__',
  '[id]',
  '9'.repeat(5000),
  'a'.repeat(5000),
]

for (const route of PAGE_ROUTES.filter(isDynamic))
  test(`odd names in ${route} are answered with a page that says so`, async () => {
    const names = [...route.matchAll(/\[(\w+)\]/g)]
    const real = (await addressOf(route)).split('/')
    for (const [segment = ''] of names)
      for (const odd of ODD_NAMES) {
        const at = route.split('/').indexOf(segment)
        const path = real.with(at, odd).join('/')
        const answer = await send(path)
        // Any name may be a file's; a page says that this one is not there.
        if (route.endsWith('[name]') && answer.status === 200) expect(answer.body).toContain('<h1')
        else expect([400, 404], path.slice(0, 120)).toContain(answer.status)
        expect(answer.headers, path.slice(0, 120)).not.toHaveProperty('set-cookie')
        expect(answer.body, path.slice(0, 120)).not.toMatch(STACK)
        expect(answer.body, path.slice(0, 120)).not.toContain('root:x:0')
      }
  })

test('an address that is no text is a bad request', async () => {
  for (const odd of ['%', '%zz', '%FF%FE', '%C0%AE'])
    for (const path of [
      `/${odd}`,
      `/actions/${odd}`,
      `/agents/${odd}`,
      `/spool/action/${odd}`,
      `/actions?name=${odd}`,
    ]) {
      const answer = await send(path)
      expect(answer.status, path).toBeLessThan(500)
      expect(answer.body, path).not.toMatch(STACK)
    }
})

test.describe('what a browser asks for between pages', () => {
  const SOFT: [string, Record<string, string>][] = [
    ['RSC', { rsc: '1' }],
    ['a prefetch', { rsc: '1', 'next-router-prefetch': '1' }],
    ['a prefetch of a segment', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
    ['data', { 'x-nextjs-data': '1' }],
  ]

  for (const [what, headers] of SOFT)
    test(`${what} is answered under the rules of the page`, async () => {
      const unknown = await follow('/actions/1', headers)
      expect(unknown.body).not.toMatch(STACK)
      for (const path of ['/', '/actions', '/agents']) {
        const answer = await follow(path, headers)
        expect(answer.status, path).toBeLessThan(400)
        expect(answer.headers['content-security-policy'], path).toContain("frame-ancestors 'none'")
        expect(answer.headers['cache-control'], path).toContain('no-store')
        expect((await send(path, { headers: { ...headers, host: 'evil.example' } })).status, path).toBe(421)
        expect((await send(path, { method: 'POST', headers })).status, path).toBe(403)
      }
    })

  test('addresses of data files lead around nothing', async () => {
    for (const path of [
      '/actions.rsc',
      '/actions.segments/_tree.segment.rsc',
      '/_next/data/x/actions.json',
      '/actions.txt',
    ]) {
      expect((await send(path, { method: 'POST' })).status, path).toBe(403)
      const answer = await send(path)
      expect(answer.status, path).toBeLessThan(500)
      // Whatever it is, the proxy has seen it.
      expect(answer.headers['x-content-type-options'], path).toBe('nosniff')
    }
  })
})

async function follow(path: string, headers: Record<string, string>): Promise<Answer> {
  const answer = await send(path, { headers })
  const { location } = answer.headers
  if (!location) return answer
  const target = new URL(location, OWN)
  expect(target.origin).toBe(OWN)
  return send(`${target.pathname}${target.search}`, { headers })
}

function status(head: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(Number(site.port), site.hostname, () => socket.write(`${head}Connection: close\r\n\r\n`))
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part
    })
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]))).on('error', reject)
  })
}

type WeightForm = { path: string; fields: Record<string, string>; actionId: string }

/** The form of a cell of the minimum weights, as a browser without scripts gets it. */
async function weightForm(): Promise<WeightForm> {
  const text = (html = '') => html.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&')
  const matrix = await send('/acl/requirements')
  const cells = [...matrix.body.matchAll(/href="([^"]*[?;]edit=[^"]*)"/g)].map(([, href]) => text(href))
  const path = new URL(cells.at(-1) ?? '', OWN)
  const page = await send(`${path.pathname}${path.search}`)
  const form = /<form[^>]*>(?:(?!<\/form>)[\s\S])*name="seen"[\s\S]*?<\/form>/.exec(page.body)?.[0] ?? ''
  const fields: Record<string, string> = {}
  for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = text(/\sname="([^"]*)"/.exec(input)?.[1])
    fields[name] = text(/\svalue="([^"]*)"/.exec(input)?.[1])
  }
  const actionId = /"id":"(\w+)"/.exec(Object.values(fields).join(' '))?.[1] ?? ''
  expect(Object.keys(fields)).toEqual(expect.arrayContaining(['agent', 'module', 'seen']))
  expect(actionId).toMatch(/^\w{20,}$/)
  return { path: `${path.pathname}${path.search}`, fields, actionId }
}

function multipart(fields: Record<string, string>, boundary: string): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return `${parts.join('')}--${boundary}--\r\n`
}

function post(form: WeightForm, weight: string, headers: Record<string, string | string[] | null>): Promise<Answer> {
  const boundary = 'weight-form'
  return send(form.path, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
    body: multipart({ ...form.fields, weight, intent: 'set' }, boundary),
  })
}

async function stored({ fields }: WeightForm): Promise<number> {
  const digits = (name: string) => (/^\d+$/.test(fields[name] ?? '') ? fields[name] : '-1')
  const rows = await readRows<{ minimumweight: number }>(
    `SELECT minimumweight FROM public.agtmodreq WHERE agentid = ${digits('agent')} AND moduleid = ${digits('module')}`,
  )
  return rows[0]?.minimumweight ?? 0
}

async function changes(): Promise<number> {
  const rows = await readRows<{ n: string }>('SELECT count(*) AS n FROM dashboard.audit')
  return Number(rows[0]?.n)
}
