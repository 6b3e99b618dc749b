// Counts what this process answered and how long that took, for /metrics. Labels come from closed lists: an address never becomes one.
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const AREAS = new Set([
  'acl',
  'actions',
  'agents',
  'audit',
  'commands',
  'healthz',
  'investigators',
  'metrics',
  'settings',
  'sign-in',
  'spool',
])

const store = { bounds: BOUNDS, durations: new Map(), responses: new Map(), underWay: 0 }
globalThis[Symbol.for('mig-dashboard.requests')] = store

function areaOf(path) {
  if (path.startsWith('/_next/') || path === '/icon.svg') return 'assets'
  const first = path.split('/', 2)[1]
  return first === '' ? 'overview' : AREAS.has(first) ? first : 'other'
}

function kindOf(request, path) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'write'
  if (path.endsWith('/export')) return 'export'
  return request.headers.rsc === undefined ? 'load' : 'navigation'
}

/** Notes the answer of this request once it has ended, however it ends. */
exports.observe = (request, response) => {
  const started = process.hrtime.bigint()
  const path = String(request.url).split('?', 1)[0]
  const area = areaOf(path)
  const kind = kindOf(request, path)
  store.underWay++
  response.once('close', () => {
    store.underWay--
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    const outcome = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted'
    store.responses.set(outcome, (store.responses.get(outcome) ?? 0) + 1)
    const key = `${area} ${kind}`
    const seen = store.durations.get(key) ?? { area, kind, counts: BOUNDS.map(() => 0), count: 0, sum: 0 }
    store.durations.set(key, seen)
    seen.count++
    seen.sum += seconds
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound)
    if (bucket >= 0) seen.counts[bucket]++
  })
}
