import type { MigId } from '@/lib/mig/wire/id'
import { DAY, HOUR, MINUTE, type Micros, SECOND } from './clock'
import { type Host, makeHosts, systemIdent } from './hosts'
import { type IdMaker, queuelocUid } from './ids'
import type { Rng } from './rng'

export const HEARTBEAT_PERIOD = 5 * MINUTE
export const AGENT_TIMEOUT = 20 * MINUTE

/** How long ago an endpoint was last heard of. */
export type AgeClass = 'online' | 'late' | 'unreachable' | 'gone a week' | 'gone a month' | 'clock ahead'

/** What is special about an endpoint, for tests and for the simulator. */
export type Story =
  | 'plain'
  | 'restart echo'
  | 'double'
  | 'triple'
  | 'upgraded double'
  | 'same pid'
  | 'check-in'
  | 'flapping'
  | 'later MIG'

/** One machine: the thing that a queueloc names. */
export type Endpoint = Host & {
  queueloc: string
  installed: Micros
  age: AgeClass
  story: Story
  environment: string
  tags: unknown
  addresses: string[]
}

/** One row of `agents`: one agent process. */
export type AgentRow = {
  id: MigId
  endpoint: Endpoint
  version: string
  pid: number
  start: Micros
  destruction: Micros | null
  heartbeat: Micros
  status: 'heartbeating' | 'upgraded' | 'destroyed' | 'online' | 'idle' | 'offline'
  environment: string | null
  tags: string | null
  /** Beats now and goes on beating: what the simulator keeps alive. */
  live: boolean
  /** Which of the upgrade actions replaced this process. */
  wave?: number
}

export type Fleet = { endpoints: Endpoint[]; agents: AgentRow[]; versions: Version[] }

export type Version = { text: string; built: Micros }

const ENDPOINTS = 2000
const FRESH = 190
const LATER = 24

/** When the three upgrade actions to the newest version ran. */
export function upgradeWaves(versions: Version[]): Micros[] {
  const built = (versions[0] as Version).built
  return [1.4, 3.9, 6.6].map((days) => Math.round(built + days * DAY))
}

type Age = { age: AgeClass; heartbeat: Micros }

/** The endpoints and their agent rows; nothing in it depends on anything but the seed and now. */
export function makeFleet(rng: Rng, ids: IdMaker, now: Micros): Fleet {
  const versions = makeVersions(rng.fork('versions'), now)
  const newest = versions[0] as Version
  const previous = versions[1] as Version
  const hosts = makeHosts(rng.fork('hosts'), ENDPOINTS)
  const draw = rng.fork('agents')
  const stories = assignStories(rng.fork('stories'), hosts)
  const endpoints: Endpoint[] = []
  const agents: AgentRow[] = []
  let laterSeen = 0

  hosts.forEach((host, index) => {
    const story = stories.get(index) ?? 'plain'
    const later = story === 'later MIG'
    if (later) laterSeen++
    const { age, heartbeat } = drawAge(draw, host, story, now, later ? laterSeen : 0)
    const fresh = story === 'plain' && index % Math.floor(ENDPOINTS / FRESH) === 0 && age === 'online'
    const installed = fresh ? now - draw.int(2, 8 * 24) * HOUR : heartbeat - draw.int(70, 600) * DAY
    const endpoint = makeEndpoint(draw, ids, host, { age, story, installed, later })
    endpoints.push(endpoint)

    const version = later ? laterVersion(versions, heartbeat) : fresh ? newest : pickVersion(draw, versions, heartbeat)
    const start = fresh
      ? installed
      : version === newest
        ? Math.min(
            heartbeat - HOUR,
            newest.built + 2 * HOUR + Math.floor(draw.float() ** 1.4 * (heartbeat - newest.built - 4 * HOUR)),
          )
        : drawStart(draw, version, heartbeat)
    const current = makeRow(draw, ids, endpoint, {
      version,
      start,
      heartbeat,
      live: age === 'online' || age === 'clock ahead',
    })
    addHistory({ draw, ids, endpoint, current, versions, newest, previous, now, fresh, agents })
  })

  plantOldIds(rng.fork('old ids'), ids, agents)
  return { endpoints, agents, versions }
}

function makeVersions(rng: Rng, now: Micros): Version[] {
  const ages = [9, 94, 196, 347, 23, 505]
  return ages.map((days, i) => {
    const built = now - days * DAY + rng.int(-5, 5) * HOUR
    const stamp = new Date(built / 1000).toISOString().replace(/\D/g, '').slice(0, 12)
    return { built, text: `${stamp}+${rng.hex(7)}.${i === 4 ? 'beta' : 'prod'}` }
  })
}

// Only the date since 2014-10-03.
function laterVersion(versions: Version[], heartbeat: Micros): Version {
  const version = versions.find(({ built }, i) => i < 4 && built < heartbeat - 12 * HOUR) ?? (versions[3] as Version)
  return { built: version.built, text: version.text.slice(0, 12) }
}

function pickVersion(rng: Rng, versions: Version[], seen: Micros): Version {
  const [newest, stable, old, older, beta] = versions as [Version, Version, Version, Version, Version]
  if (seen > newest.built + 12 * HOUR && rng.chance(0.39)) return newest
  if (seen > beta.built + DAY && rng.chance(0.02)) return beta
  if (seen > stable.built + DAY && rng.chance(0.88)) return stable
  return seen > old.built + DAY && rng.chance(0.8) ? old : older
}

function drawStart(rng: Rng, version: Version, heartbeat: Micros): Micros {
  if (rng.chance(0.03)) return heartbeat - rng.int(10, 22 * 60) * MINUTE
  const longest = heartbeat - version.built - 2 * HOUR
  return heartbeat - Math.floor((1 - rng.float() ** 2.2) * longest) - MINUTE
}

function drawAge(rng: Rng, host: Host, story: Story, now: Micros, later: number): Age {
  const online = (): Age => ({
    age: 'online',
    heartbeat: now - Math.floor(rng.float() * (HEARTBEAT_PERIOD - 2 * SECOND)) - SECOND,
  })
  // Of the agents of later years two are idle, three offline, the others online.
  if (later > 0 && later <= 2) return { age: 'late', heartbeat: now - rng.int(11 * 60, 19 * 60) * SECOND }
  if (later > 2 && later <= 5) return { age: 'unreachable', heartbeat: now - rng.int(30, 4000) * MINUTE }
  if (story !== 'plain') return online()
  const server = host.os === 'linux'
  const age = rng.weighted<AgeClass>({
    online: server ? 86 : 58,
    late: server ? 0.8 : 2.5,
    unreachable: server ? 4 : 18,
    'gone a week': server ? 4 : 10,
    'gone a month': server ? 5 : 11,
    'clock ahead': 0,
  })
  const back = rng.float()
  switch (age) {
    case 'late':
      return { age, heartbeat: now - Math.floor(10.5 * MINUTE + back * 9 * MINUTE) }
    case 'unreachable':
      // Minutes to days, as many in the first hours as in the rest of the week.
      return { age, heartbeat: now - Math.floor(21 * MINUTE * ((DAY * 6.9) / (21 * MINUTE)) ** back) }
    case 'gone a week':
      return { age, heartbeat: now - Math.floor(7.1 * DAY + back * 22 * DAY) }
    case 'gone a month':
      return { age, heartbeat: now - Math.floor(30.2 * DAY + back * 59.5 * DAY) }
    default:
      return online()
  }
}

function assignStories(rng: Rng, hosts: Host[]): Map<number, Story> {
  const stories = new Map<number, Story>()
  const named = (name: string) => hosts.findIndex((host) => host.name === name)
  stories.set(named('puppet3.private.dc1.example.net'), 'triple')
  stories.set(named('memcache1.dc1.example.net'), 'double')
  stories.set(named('bastion2.dc1.example.net'), 'upgraded double')
  const free = rng.shuffle(hosts.map((_, i) => i).filter((i) => hosts[i]?.tidy && !stories.has(i)))
  const give = (story: Story, count: number, wanted: (host: Host) => boolean = () => true) => {
    for (let i = 0; i < count; i++) {
      const at = free.findIndex((index) => wanted(hosts[index] as Host))
      stories.set(free.splice(at, 1)[0] as number, story)
    }
  }
  const server = (host: Host) => host.os === 'linux'
  give('double', 7, server)
  give('double', 1, (host) => host.os === 'windows')
  give('restart echo', 14)
  give('same pid', 3, server)
  give('check-in', 2, (host) => host.role === 'storage')
  give('flapping', 1, (host) => host.os === 'darwin')
  give('later MIG', LATER, (host) => host.site === 'ams1.example.net' || host.site === 'tok1.example.net')
  return stories
}

type EndpointWish = { age: AgeClass; story: Story; installed: Micros; later: boolean }

function makeEndpoint(rng: Rng, ids: IdMaker, host: Host, wish: EndpointWish): Endpoint {
  const { ident, init } = systemIdent(rng, host.os)
  const office = host.site === 'office.example.com' || host.site === ''
  const addresses = [
    `${office ? '192.168' : '10'}.${office ? '' : `${rng.int(0, 60)}.`}${rng.int(0, 250)}.${rng.int(2, 250)}/${office ? 24 : 22}`,
  ]
  if (rng.chance(0.6)) addresses.push(`fe80::${rng.hex(4)}:${rng.hex(2)}ff:fe${rng.hex(2)}:${rng.hex(4)}/64`)
  if (rng.chance(0.08)) addresses.push(`2001:db8:${rng.hex(4)}::${rng.hex(2)}/64`)
  const arch = rng.chance(host.os === 'windows' ? 0.12 : 0.02) ? '386' : 'amd64'
  const proxied = rng.chance(host.site === 'corp.example.com' ? 0.5 : 0.03)
  const proxy = proxied
    ? { isproxied: true, proxy: `proxy${rng.int(1, 3)}.corp.example.com:8080` }
    : { isproxied: false }
  const nat = rng.chance(0.03)
    ? { ip: `203.0.113.${rng.int(2, 250)}`, result: 'Port restricted NAT', stunserver: 'stun.example.net:3478' }
    : {}
  const environment = wish.later
    ? {
        init,
        ident,
        os: host.os,
        arch,
        ...proxy,
        addresses,
        publicip: `198.51.100.${rng.int(2, 250)}`,
        ...(rng.chance(0.4)
          ? {
              aws: {
                instanceid: `i-${rng.hex(8)}`,
                localipv4: addresses[0]?.split('/')[0],
                amiid: `ami-${rng.hex(8)}`,
                instancetype: 'm3.medium',
              },
            }
          : {}),
        modules: ['agentdestroy', 'example', 'file', 'memory', 'netstat', 'ping', 'pkg', 'timedrift'],
      }
    : { init, ident, arch, ...proxy, addresses, nat }
  return {
    ...host,
    queueloc: wish.later
      ? `${host.os}.${rng.chars('0123456789abcdefghijklmnopqrstuvwxyz', rng.int(95, 104))}`
      : `${host.os}.${host.name}.${queuelocUid(ids.float(wish.installed))}`,
    installed: wish.installed,
    age: wish.age,
    story: wish.story,
    environment: goText(environment),
    tags: drawTags(rng, host),
    addresses,
  }
}

function drawTags(rng: Rng, host: Host): unknown {
  switch (rng.weighted({ operator: 72, tier: 12, none: 9, odd: 1.2, owner: 3 })) {
    case 'tier':
      return { operator: host.operator, tier: rng.pick(['prod', 'prod', 'stage', 'lab']) }
    case 'owner':
      return {
        operator: host.operator,
        owner: { team: rng.pick(['payments', 'search', 'identity']), cost: rng.int(1000, 9000) },
      }
    case 'none':
      return null
    case 'odd':
      return rng.pick<unknown>([
        ['legacy', host.operator],
        'dmz',
        42,
        { operator: null },
        { 'Opérateur "2"': '<script>alert(1)</script>' },
        {},
      ])
    default:
      return { operator: host.operator }
  }
}

type RowWish = {
  version: Version
  start: Micros
  heartbeat: Micros
  live?: boolean
  pid?: number
  status?: AgentRow['status']
  destruction?: Micros
  wave?: number
}

function makeRow(rng: Rng, ids: IdMaker, endpoint: Endpoint, wish: RowWish): AgentRow {
  const later = endpoint.story === 'later MIG'
  const registered = wish.start + rng.int(400, 9000) * 1000
  // Rows of schedulers that did not store environment and tags yet.
  const bare = wish.version.text.startsWith('20') && !later && rng.chance(0.04)
  const status = later ? (wish.live ? 'online' : endpoint.age === 'late' ? 'idle' : 'offline') : 'heartbeating'
  return {
    id: later ? ids.counted(registered) : ids.float(registered),
    endpoint,
    version: wish.version.text,
    pid: wish.pid ?? (rng.chance(0.03) ? rng.int(65_600, 3_900_000) : rng.int(400, 32_700)),
    start: wish.start,
    destruction: wish.destruction ?? null,
    heartbeat: wish.heartbeat,
    status: wish.status ?? status,
    environment: bare ? null : endpoint.environment,
    tags: bare && rng.chance(0.7) ? null : goText(endpoint.tags),
    live: wish.live ?? false,
    ...(wish.wave === undefined ? {} : { wave: wish.wave }),
  }
}

type HistoryInput = {
  draw: Rng
  ids: IdMaker
  endpoint: Endpoint
  current: AgentRow
  versions: Version[]
  newest: Version
  previous: Version
  now: Micros
  fresh: boolean
  agents: AgentRow[]
}

/** Adds the current row and the rows of earlier processes of the same endpoint. */
function addHistory({
  draw,
  ids,
  endpoint,
  current,
  versions,
  newest,
  previous,
  now,
  fresh,
  agents,
}: HistoryInput): void {
  const older = (wish: Omit<RowWish, 'version'> & { version?: Version }) =>
    agents.push(makeRow(draw, ids, endpoint, { version: versionAt(versions, wish.start, current), ...wish }))
  // The last beat of a process that ended at `end`.
  const lastBeat = (end: Micros) => end - Math.floor(draw.float() * HEARTBEAT_PERIOD)

  switch (endpoint.story) {
    case 'restart echo': {
      current.start = now - draw.int(20, 230) * SECOND
      current.heartbeat = current.start + draw.int(300, 1500) * 1000
      const start = current.start - draw.int(2, 50) * DAY
      older({ start, heartbeat: lastBeat(current.start), version: versionAt(versions, start, current) })
      break
    }
    case 'double':
    case 'upgraded double':
    case 'triple': {
      const copies = endpoint.story === 'triple' ? 2 : 1
      current.start = now - draw.int(4, 60) * HOUR
      current.version = newest.text
      for (let i = 0; i < copies; i++) {
        const upgraded = endpoint.story === 'upgraded double'
        older({
          start: current.start - draw.int(3, 20) * DAY,
          heartbeat: now - Math.floor(draw.float() * HEARTBEAT_PERIOD),
          live: true,
          version: previous,
          pid: draw.int(900, 30_000),
          ...(upgraded ? { status: 'destroyed', destruction: now - draw.int(30, 250) * SECOND } : {}),
        })
      }
      break
    }
    case 'same pid': {
      // Two heartbeats of a new agent looked up at the same moment: both were inserted, only one is updated since.
      const bothFresh = current.pid % 2 === 0
      if (bothFresh) {
        current.start = now - draw.int(90, 200) * SECOND
        current.heartbeat = current.start + 900_000
      }
      older({
        start: current.start,
        pid: current.pid,
        heartbeat: current.start + 850_000,
        version: { text: current.version, built: 0 },
      })
      break
    }
    case 'check-in':
      // Run from cron every half hour: each run is a new process, and so a new row.
      for (let run = 14; run >= 1; run--) {
        const start = now - run * 30 * MINUTE - draw.int(1, 40) * SECOND
        older({ start, heartbeat: start + 2 * SECOND })
      }
      current.start = now - draw.int(30, 60) * SECOND
      current.heartbeat = current.start + 2 * SECOND
      current.live = false
      break
    case 'flapping':
      current.start = now - 40 * MINUTE
      for (let end = current.start, i = 0; i < 12; i++) {
        const start = end - draw.int(25, 190) * MINUTE
        older({ start, heartbeat: lastBeat(end) })
        end = start
      }
      break
    default: {
      const upgradedTo = current.version === newest.text && !fresh
      if (upgradedTo && draw.chance(0.95)) {
        const built = previous.built
        const waves = upgradeWaves(versions)
        const wave = draw.int(0, waves.length - 1)
        const moment = waves[wave] as Micros
        const byAction = draw.chance(0.4) && moment < current.heartbeat - HOUR
        if (byAction) current.start = moment + draw.int(9, 600) * SECOND
        const start = Math.min(current.start - HOUR, built + Math.floor(draw.float() * (newest.built - built)))
        older({
          version: previous,
          start,
          heartbeat: lastBeat(current.start),
          ...(byAction ? { status: 'upgraded', wave } : {}),
        })
      } else if (!fresh && draw.chance(0.07)) {
        const start = current.start - draw.int(3, 60) * DAY
        const killed = draw.chance(0.28)
        const heartbeat = lastBeat(current.start)
        older(
          killed
            ? { start, heartbeat, status: 'destroyed', destruction: heartbeat + draw.int(2, 200) * SECOND }
            : { start, heartbeat },
        )
      } else if (endpoint.age === 'gone a week' && draw.chance(0.05)) {
        current.status = 'destroyed'
        current.destruction = current.heartbeat + draw.int(2, 200) * SECOND
      }
    }
  }
  agents.push(current)
}

function versionAt(versions: Version[], moment: Micros, current: AgentRow): Version {
  if (current.endpoint.story === 'later MIG') return { text: current.version, built: 0 }
  const older = versions.slice(1, 4).find(({ built, text }) => built < moment && text <= current.version)
  return older ?? { text: current.version, built: 0 }
}

// The two clocks ahead, three ids of before June 2014 (two of them one and the same double), and one row that
// PostgreSQL's JSON operators cannot read.
function plantOldIds(rng: Rng, ids: IdMaker, agents: AgentRow[]): void {
  const plain = rng.shuffle(agents.filter(({ endpoint }) => endpoint.story === 'plain'))
  const online = plain.filter(({ live, endpoint }) => live && endpoint.os === 'linux')
  const ahead: readonly Micros[] = [6 * MINUTE + 40 * SECOND, 3 * HOUR + 12 * MINUTE]
  ahead.forEach((shift, i) => {
    const agent = online[i] as AgentRow
    agent.endpoint.age = 'clock ahead'
    agent.start += shift
    agent.heartbeat += shift
  })
  const dead = plain.filter(({ endpoint, live }) => !live && endpoint.age === 'gone a month')
  const [first, second, third, odd] = dead as [AgentRow, AgentRow, AgentRow, AgentRow]
  first.id = ids.unsigned(first.start)
  ;[second.id, third.id] = ids.unsignedPair(second.start)
  odd.tags = '{"operator":"itops","comment":"label\\u0000from a torn config"}'
}

/** JSON as Go's encoder prints a struct: the keys in the order given, HTML characters escaped. */
export function goText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
