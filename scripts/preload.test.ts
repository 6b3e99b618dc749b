import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '@/lib/testing/site'

// A server that tells what it was given, behind the preload, as Next is.
const ECHO = `
const server = require('http').createServer((q, s) => {
  if (q.headers['x-mig-may-pack']) s.setHeader('x-mig-packed', ['gzip'])
  const { durations, responses, underWay } = globalThis[Symbol.for('mig-dashboard.requests')]
  const asking = globalThis[Symbol.for('mig-dashboard.asking')]
  setTimeout(() => s.end(JSON.stringify({ headers: q.headers, raw: q.rawHeaders, url: q.url, asking: asking.getStore(), requests: { durations: [...durations], responses: [...responses], underWay } })), 5)
})
server.on('upgrade', (q, socket) => socket.end('HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n' + JSON.stringify({ headers: q.headers })))
server.listen(Number(process.env.PORT), process.env.HOST || '127.0.0.1', () => process.send('up'))
`
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

async function serve(settings: Record<string, string> = {}): Promise<number> {
  const port = await freePort()
  const child = spawn(process.execPath, ['--require', path.resolve(import.meta.dirname, 'preload.cjs'), '-e', ECHO], {
    env: { PATH: process.env.PATH, NODE_ENV: 'test', PORT: String(port), ...settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.push(child)
  await once(child, 'message')
  return port
}

type Seen = { headers: Record<string, string>; raw: string[]; url: string }

type Got = { status: number; seen: Seen; headers: http.IncomingHttpHeaders }

function get(port: number, headers: Record<string, string> = {}, url = '/'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: url, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => {
        const status = response.statusCode ?? 0
        resolve({ status, seen: status === 200 ? JSON.parse(body) : (body as never), headers: response.headers })
      })
    })
    request.on('error', reject)
  })
}

function send(port: number, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part
    })
    socket.on('close', () => resolve(answer)).on('error', reject)
  })
}

const FORGED = {
  'x-forwarded-for': '6.6.6.6',
  'X-Forwarded-Host': 'evil.example',
  'x-forwarded-proto': 'https',
  forwarded: 'for=6.6.6.6',
  via: '1.1 evil',
  'x-real-ip': '6.6.6.6',
  'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy',
  'x-middleware-next': '1',
  'x-mig-forwarded': '0',
}

describe('a client that is no trusted proxy', () => {
  test('its forwarding and internal headers never arrive, the socket address does', async () => {
    const port = await serve()
    const { status, seen } = await get(port, { ...FORGED, cookie: 'a=b', 'x-nextjs-data': '1' })
    expect(status).toBe(200)
    expect(seen.headers).toEqual({
      host: `127.0.0.1:${port}`,
      connection: expect.any(String),
      cookie: 'a=b',
      'x-nextjs-data': '1',
      'x-forwarded-for': '127.0.0.1',
      'x-mig-forwarded': '1',
    })
    expect(seen.raw.join('\n')).not.toMatch(/6\.6\.6\.6|evil|subrequest/i)
  })

  test('without any forwarding header nothing says that it was forwarded', async () => {
    const port = await serve()
    const { seen } = await get(port, { 'x-mig-forwarded': '1' })
    expect(seen.headers).not.toHaveProperty('x-mig-forwarded')
    expect(seen.headers['x-forwarded-for']).toBe('127.0.0.1')
  })

  test('upgrades are cleaned as well', async () => {
    const port = await serve()
    const upgrade = ['GET / HTTP/1.1', `Host: localhost:${port}`, 'Connection: Upgrade', 'Upgrade: websocket']
    const answer = await send(port, [...upgrade, 'X-Forwarded-For: 6.6.6.6'])
    expect(answer).toContain('101 Switching')
    expect(answer).toContain('"x-forwarded-for":"127.0.0.1"')
    expect(answer).not.toContain('6.6.6.6')
  })
})

test('who asks is known behind every await of the answer, and nobody else', async () => {
  const port = await serve()
  const languages = ['de-DE', 'sv', 'fr;q=0.3', 'en']
  const answers = await Promise.all(languages.map((one) => get(port, { 'accept-language': one, cookie: 'a=b' })))
  for (const [i, { seen }] of answers.entries())
    expect(seen).toMatchObject({ asking: { languages: languages[i], cookie: 'a=b' } })
})

describe('a trusted proxy', () => {
  test.each([
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.0/8, 10.0.0.0/8', '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['127.0.0.1', '203.0.113.9, nonsense', '127.0.0.1'],
    ['127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['127.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', '203.0.113.9', '127.0.0.1'],
  ])('TRUSTED_PROXIES=%s, X-Forwarded-For: %s gives %s', async (trusted, chain, client) => {
    const port = await serve({ TRUSTED_PROXIES: trusted })
    const { seen } = await get(port, { 'x-forwarded-for': chain, 'x-middleware-subrequest': 'x' })
    expect(seen.headers['x-forwarded-for']).toBe(client)
    expect(seen.headers).not.toHaveProperty('x-middleware-subrequest')
    expect(seen.headers['x-mig-forwarded']).toBe('1')
  })

  test('says which host and scheme the client asked for', async () => {
    const port = await serve({ TRUSTED_PROXIES: '127.0.0.1', APP_URL: 'https://mig.example.net' })
    const { status, seen } = await get(port, {
      host: 'internal:3000',
      'x-forwarded-host': 'MIG.example.net',
      'x-forwarded-proto': 'https',
    })
    expect(status).toBe(200)
    expect(seen.headers.host).toBe('mig.example.net')
    expect(seen.headers['x-forwarded-proto']).toBe('https')
    expect(seen.headers).not.toHaveProperty('x-forwarded-host')
  })
})

describe('Host', () => {
  test('without APP_URL: loopback names with the port', async () => {
    const port = await serve()
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect((await get(port, { host })).status).toBe(200)
    for (const host of ['localhost', `localhost:${port + 1}`, `evil.example:${port}`, `localhost.evil.example:${port}`])
      expect((await get(port, { host })).status).toBe(421)
  })

  test('with APP_URL: only its host', async () => {
    const port = await serve({ APP_URL: 'https://mig.example.net' })
    expect((await get(port, { host: 'mig.example.net' })).status).toBe(200)
    expect((await get(port, { host: 'mig.example.net:443' })).status).toBe(200)
    for (const host of ['mig.example.net:80', `localhost:${port}`, 'example.net'])
      expect((await get(port, { host })).status).toBe(421)
  })

  test('an untrusted X-Forwarded-Host does not help', async () => {
    const port = await serve({ APP_URL: 'https://mig.example.net' })
    expect((await get(port, { host: 'evil.example', 'x-forwarded-host': 'mig.example.net' })).status).toBe(421)
  })

  test('/healthz answers under any', async () => {
    const port = await serve()
    expect((await get(port, { host: 'evil.example' }, '/healthz?x=1')).status).toBe(200)
    expect((await get(port, { host: 'evil.example' }, '/healthz/x')).status).toBe(421)
  })

  test('two Host headers, none, or an absolute address are refused', async () => {
    const port = await serve()
    const host = `Host: localhost:${port}`
    expect(await send(port, ['GET / HTTP/1.1', host, 'Host: evil.example', 'Connection: close'])).toMatch(/ 4(00|21) /)
    expect(await send(port, ['GET / HTTP/1.0'])).toMatch(/^HTTP\/1\.1 421 /)
    expect(await send(port, ['GET / HTTP/1.1', 'Host:', 'Connection: close'])).toMatch(/^HTTP\/1\.1 421 /)
    expect(await send(port, ['GET http://evil.example/ HTTP/1.1', host, 'Connection: close'])).toMatch(/ 400 /)
  })

  test('a path whose percent escapes are no UTF-8 text is refused in a sentence, its query may hold what it likes', async () => {
    const port = await serve()
    const host = `Host: localhost:${port}`
    for (const path of ['/actions/%FF', '/spool/%', '/a%zz', '/%C0%AF'])
      expect(await send(port, [`GET ${path} HTTP/1.1`, host, 'Connection: close']), path).toMatch(
        / 400 .*percent escapes/s,
      )
    expect(await send(port, ['GET /actions?name=%FF HTTP/1.1', host, 'Connection: close'])).toMatch(/ 200 /)
  })

  test('a refused upgrade is answered and closed', async () => {
    const port = await serve()
    const lines = ['GET / HTTP/1.1', 'Host: evil.example', 'Connection: Upgrade', 'Upgrade: websocket']
    expect(await send(port, lines)).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/)
  })
})

describe('a handler that may pack its answer', () => {
  test.each(['gzip', 'deflate, gzip;q=0.2', 'GZIP', '*', 'br;q=1, *;q=0.1', 'x-gzip'])(
    'is told so for Accept-Encoding: %s, and its word becomes Content-Encoding',
    async (accepted) => {
      const { headers, seen } = await get(await serve(), { 'accept-encoding': accepted })
      expect(seen.headers['x-mig-may-pack']).toBe('1')
      expect(headers).toMatchObject({ 'content-encoding': 'gzip' })
      expect(headers).not.toHaveProperty('x-mig-packed')
    },
  )

  test.each(['', 'identity', 'br, deflate', 'gzip;q=0', 'gzip;q=0, *', 'gzip; q=0.000'])(
    'is not for Accept-Encoding: %s, whatever the client claims',
    async (accepted) => {
      const { headers, seen } = await get(await serve(), { 'accept-encoding': accepted, 'x-mig-may-pack': '1' })
      expect(seen.headers).not.toHaveProperty('x-mig-may-pack')
      expect(headers).not.toHaveProperty('content-encoding')
    },
  )
})

test('the process ends when its parent does not hold the channel any more', async () => {
  await serve()
  const child = children[0] as ChildProcess
  child.disconnect()
  await once(child, 'exit')
  expect(child.signalCode).toBe('SIGTERM')
  children.splice(0)
})

test('what was answered is counted by area and kind, never by address', async () => {
  const port = await serve()
  for (const url of ['/', '/agents', '/agents/123', '/agents/export?format=csv', '/secret-name', '/_next/static/a.js'])
    await get(port, {}, url)
  await get(port, { rsc: '1' }, '/actions')
  await get(port, { host: 'evil.example' }, '/')
  const { seen } = await get(port, {}, '/requests-seen')
  const { durations, responses, underWay } = (seen as unknown as { requests: RequestsSeen }).requests
  expect(durations.map(([key, { count }]) => [key, count])).toEqual([
    ['overview load', 2],
    ['agents load', 2],
    ['agents export', 1],
    ['other load', 1],
    ['assets load', 1],
    ['actions navigation', 1],
  ])
  expect(responses).toEqual([
    ['2xx', 7],
    ['4xx', 1],
  ])
  expect(underWay).toBe(1)
  for (const [, { counts, count, sum }] of durations) {
    expect(counts.reduce((all, n) => all + n, 0)).toBe(count)
    expect(sum).toBeGreaterThan(0)
  }
})

type RequestsSeen = {
  durations: [string, { counts: number[]; count: number; sum: number }][]
  responses: [string, number][]
  underWay: number
}
