// Loaded before the server (`node --require`): every request passes here before Next sees it.
// Next believes what a client writes into X-Forwarded-*; here only the proxies of TRUSTED_PROXIES are believed.
const { AsyncLocalStorage } = require('node:async_hooks')
const http = require('node:http')
const { BlockList, isIP } = require('node:net')

require('./follow-parent.cjs')
const { mayPack, namePacked } = require('./packed-answers.cjs')
const { observe } = require('./request-times.cjs')

const FORWARDING =
  /^(x-forwarded(-.*)?|forwarded|via|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-(host|url|forwarded-for)|x-rewrite-url|x-host|cf-connecting-ip|true-client-ip|fastly-client-ip)$/
// Next speaks to itself by these; from outside they would skip the proxy or change the route.
const INTERNAL =
  /^(x-middleware-.*|x-invoke-.*|x-matched-path|x-now-route-matches|x-next-resume-state-length|x-mig-.*)$/
// Tells the program that somebody forwarded this request, whether believed or not.
const FORWARDED_MARK = 'x-mig-forwarded'

const port = process.env.PORT || '3000'
const trusted = addressList(process.env.TRUSTED_PROXIES || '')
const hosts = acceptedHosts()

function addressList(text) {
  const list = new BlockList()
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const [address, bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

function acceptedHosts() {
  if (process.env.APP_URL) {
    const url = new URL(process.env.APP_URL)
    return new Set([url.host, `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`])
  }
  const own = process.env.HOST || '127.0.0.1'
  const names = ['localhost', '127.0.0.1', '[::1]', own.includes(':') ? `[${own}]` : own.toLowerCase()]
  return new Set(names.flatMap((name) => (port === '80' ? [name, `${name}:80`] : [`${name}:${port}`])))
}

const plainAddress = (address) => (address || '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
const isTrusted = (address) => {
  const family = isIP(address)
  return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** The client's address by a trusted proxy's word: the last one of the chain that is no such proxy itself. */
function forwardedFor(chain, peer) {
  let client = peer
  for (const entry of chain.split(',').reverse()) {
    const address = plainAddress(
      entry
        .trim()
        .replace(/^\[(.*)\](:\d+)?$/, '$1')
        .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'),
    )
    if (!isIP(address)) break
    client = address
    if (!isTrusted(address)) break
  }
  return client
}

const lastOf = (value) => (value || '').split(',').at(-1).trim()

/** Cleans a request's headers in place; returns the host that it is for, or null when it does not say so clearly. */
function clean(request) {
  const peer = plainAddress(request.socket.remoteAddress)
  const believed = isTrusted(peer)
  const given = { ...request.headers }
  const raw = []
  let forwarded = false
  let hostHeaders = 0
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i].toLowerCase()
    if (name === 'host') hostHeaders++
    if (FORWARDING.test(name)) forwarded = true
    else if (!INTERNAL.test(name)) raw.push(request.rawHeaders[i], request.rawHeaders[i + 1])
  }
  const set = (name, value) => {
    for (let i = raw.length - 2; i >= 0; i -= 2) if (raw[i].toLowerCase() === name) raw.splice(i, 2)
    raw.push(name, value)
    request.headers[name] = value
  }
  for (const name of Object.keys(request.headers))
    if (FORWARDING.test(name) || INTERNAL.test(name)) delete request.headers[name]
  set('x-forwarded-for', believed ? forwardedFor(given['x-forwarded-for'] || given['x-real-ip'] || '', peer) : peer)
  if (forwarded) set(FORWARDED_MARK, '1')
  const mark = mayPack(request)
  if (mark) set(mark, '1')
  let host = hostHeaders === 1 ? (given.host || '').toLowerCase() : null
  if (believed) {
    // A proxy that rewrites Host says here what it was; the program then sees one Host, as without a proxy.
    if (host !== null && given['x-forwarded-host']) host = lastOf(given['x-forwarded-host']).toLowerCase()
    if (host !== null) set('host', host)
    const scheme = lastOf(given['x-forwarded-proto'])
    if (scheme === 'http' || scheme === 'https') set('x-forwarded-proto', scheme)
  }
  request.rawHeaders.splice(0, Infinity, ...raw)
  return host
}

// Next answers a path that it cannot decode with a bare 500.
function isReadable(url) {
  try {
    decodeURIComponent(url.split('?', 1)[0])
    return true
  } catch {
    return false
  }
}

const REFUSALS = {
  400: 'Bad request: the address must be a path, and its percent escapes those of UTF-8 text.',
  421: 'Misdirected request: this is not the address of this site. Open it under its own, or set APP_URL to the address that people open.',
}

function refuse(status, response) {
  const body = `${REFUSALS[status]}\n`
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  }
  if (typeof response.writeHead === 'function') {
    response.writeHead(status, headers).end(body)
    return
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  response.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
}

// Who asks, for lib/conventions.ts: numbers are written deep inside components, which have no request at hand.
const asking = new AsyncLocalStorage()
globalThis[Symbol.for('mig-dashboard.asking')] = asking

const EVENTS = new Set(['request', 'upgrade', 'checkContinue', 'checkExpectation'])
const emit = http.Server.prototype.emit

http.Server.prototype.emit = function emitCleaned(event, request, response, ...rest) {
  if (!EVENTS.has(event)) return emit.call(this, event, request, response, ...rest)
  if (event !== 'upgrade') {
    observe(request, response)
    namePacked(response)
  }
  const host = clean(request)
  // An absolute address in the request line would win over Host in some readers.
  if (!request.url.startsWith('/') || !isReadable(request.url)) {
    refuse(400, response)
    return true
  }
  if (!hosts.has(host) && request.url.split('?', 1)[0] !== '/healthz') {
    refuse(421, response)
    return true
  }
  const { 'accept-language': languages, cookie } = request.headers
  return asking.run({ languages, cookie }, () => emit.call(this, event, request, response, ...rest))
}
