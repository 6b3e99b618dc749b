import type { Operation } from './action-templates'
import type { AgentRow } from './fleet'
import type { Rng } from './rng'

const REGEX_METHODS = { regexes: 'regex', filenames: 'filename' } as const
const HASHES = ['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'sha3_224', 'sha3_256', 'sha3_384', 'sha3_512'] as const

type Search = { paths: string[] } & Partial<Record<keyof typeof REGEX_METHODS | (typeof HASHES)[number], string[]>>
type FileCheck = { filecount: number; matchcount: number; files: Record<string, number> }

/** What a module of September 2014 puts into `results` for one operation (mig-domain 8.2). */
export function moduleResult(rng: Rng, operation: Operation, agent: AgentRow, found: boolean): unknown {
  const { module, parameters } = operation
  switch (module) {
    case 'filechecker':
      return filechecker(rng, parameters as Record<string, unknown>, agent, found)
    case 'netstat':
      return netstat(rng, parameters as Record<string, string[]>, agent, found)
    case 'example':
      return example(parameters as { lookuphost?: string }, agent)
    case 'upgrade':
      return {
        success: true,
        oldpid: agent.pid,
        statistics: { downloadtime: duration(rng, 40, 9000), downloadsize: rng.int(10_400_000, 10_900_000) },
      }
    case 'agentdestroy':
      return { success: true }
    default:
      throw new Error(`No agent of 2014 answers for module ${module}`)
  }
}

/** The same for MIG's later years: one wrapping for all modules (mig-domain 8.3). */
export function laterResult(rng: Rng, operation: Operation, agent: AgentRow, found: boolean): unknown {
  const { elements, statistics } = laterElements(rng, operation, agent, found)
  return { foundanything: found, success: true, elements, statistics, errors: null }
}

/** What later schedulers store before an agent has answered, one per operation. */
export const LATER_SKELETON = { foundanything: false, success: false, elements: null, statistics: null, errors: null }

/** Why agents refuse a command; the text is the `Desc` of the log object that they answer with. */
export const REFUSALS = {
  weight: (module: string) =>
    `parseCommands() -> checkActionAuthorization() -> action ACL verification failed: Permission denied for operation '${module}'. Insufficient signatures weight. Need 2, got 1`,
  unknown: () =>
    'parseCommands() -> checkActionAuthorization() -> action ACL verification failed: Failed to retrieve fingerprint from signatures: GetFingerprintFromSignature() -> openpgp: signature made by unknown entity',
  expired: () => 'parseCommands() -> checkActionAuthorization() -> action validation failed: action has expired',
  crashed: (module: string) => `runAgentModule() -> module '${module}' exited with error: exit status 2`,
} as const

/** The single log object that stands in `results` of a refused command. Ids are doubles there. */
export function refusal(actionId: string, commandId: string, description: string): unknown[] {
  return [
    { OpID: 0, ActionID: Number(actionId), CommandID: Number(commandId), Sev: 'error', Desc: description, Priority: 3 },
  ]
}

function filechecker(rng: Rng, parameters: Record<string, unknown>, agent: AgentRow, found: boolean): unknown {
  const checks =
    'searches' in parameters ? searchChecks(parameters.searches as Record<string, Search>) : firstChecks(parameters)
  const here = checks.filter(({ path }) => path.startsWith('C:') === (agent.endpoint.os === 'windows'))
  const hit = found ? rng.pick(here.length > 0 ? here : checks) : undefined
  const elements: Record<string, Record<string, Record<string, Record<string, FileCheck>>>> = {}
  let files = 0
  let hits = 0
  let unique = 0
  for (const check of checks) {
    const folder = /[/\\*]$/.test(check.path)
    const present = here.includes(check) && (check === hit || rng.chance(0.8))
    const filecount = present ? (folder ? rng.int(1, 74) : 1) : 0
    const matched: Record<string, number> = {}
    if (check === hit) {
      const copies = folder ? rng.int(1, 3) : 1
      for (let i = 0; i < copies; i++)
        matched[hitPath(rng, check.path, check.method)] = check.method === 'regex' ? rng.int(1, 4) : 1
    }
    const total = Object.values(matched).reduce((sum, n) => sum + n, 0)
    files += filecount * 2
    hits += total
    unique += Object.keys(matched).length
    elements[check.path] ??= {}
    const methods = elements[check.path] as (typeof elements)[string]
    methods[check.method] ??= {}
    const labels = methods[check.method] as (typeof methods)[string]
    labels[check.label] = { ...labels[check.label], [check.value]: { filecount, matchcount: total, files: matched } }
  }
  const failed = rng.chance(0.11) ? rng.pick(here.length > 0 ? here : checks).path.replace(/\*.*/, '') : null
  return {
    elements,
    error:
      failed === null
        ? null
        : [
            `ERROR: open ${failed}: ${rng.pick(['no such file or directory', 'no such file or directory', 'permission denied'])}`,
          ],
    foundanything: hits > 0,
    statistics: {
      checkcount: checks.length,
      filescount: files,
      openfailed: failed === null ? 0 : 1,
      checksmatch: hits > 0 ? 1 : 0,
      uniquefiles: unique,
      totalhits: hits,
      exectime: duration(rng, 0.4, 900),
    },
  }
}

type Check = { path: string; method: string; label: string; value: string }

function searchChecks(searches: Record<string, Search>): Check[] {
  const checks: Check[] = []
  for (const [label, search] of Object.entries(searches)) {
    for (const path of search.paths) {
      for (const [key, method] of Object.entries(REGEX_METHODS) as [keyof typeof REGEX_METHODS, string][]) {
        for (const value of search[key] ?? []) checks.push({ path, method, label, value })
      }
      for (const method of HASHES) {
        for (const value of search[method] ?? []) checks.push({ path, method, label, value: value.toUpperCase() })
      }
    }
  }
  return checks
}

// The first format nests path, method and description; there is no label apart from the description.
function firstChecks(parameters: Record<string, unknown>): Check[] {
  const checks: Check[] = []
  for (const [path, methods] of Object.entries(
    parameters as Record<string, Record<string, Record<string, string[]>>>,
  )) {
    for (const [method, labels] of Object.entries(methods)) {
      for (const [label, values] of Object.entries(labels)) {
        for (const value of values) checks.push({ path, method, label, value })
      }
    }
  }
  return checks
}

function hitPath(rng: Rng, path: string, method: string): string {
  const user = rng.pick(['deploy', 'ubuntu', 'jsmith', 'oracle', 'backup'])
  const filled = path.replaceAll('*', user)
  if (!/[/\\]$/.test(filled)) return filled
  const name =
    method === 'filename'
      ? rng.pick([
          '.a3f9c1',
          'sysupd',
          'wso25.php',
          'nightly.sql.gz',
          'com.searchhelper.plist',
          'run.vbs',
          'authorized_keys',
          '.cache',
        ])
      : rng.pick(['config', 'index.php', 'syslog-ng', 'authorized_keys', 'upd', 'settings.inc'])
  return `${filled}${name}`
}

const NOT_IMPLEMENTED = { connectedip: 'HasIPConnected', listeningport: 'HasListeningPort' } as const

function netstat(rng: Rng, parameters: Record<string, string[]>, agent: AgentRow, found: boolean): unknown {
  const result: Record<string, unknown> = {}
  const errors: string[] = []
  let anything = false
  for (const [key, values] of Object.entries(parameters)) {
    const entries: Record<string, unknown> = {}
    for (const value of values) {
      if (key === 'listeningport' && Number(value) > 65535) {
        return { foundanything: false, success: false, errors: ['port out of range. must be between 1 and 65535'] }
      }
      if (key === 'connectedip' || key === 'listeningport') {
        errors.push(`${NOT_IMPLEMENTED[key]}() is not implemented on ${agent.endpoint.os}`)
      }
      const element =
        key === 'connectedip' || key === 'listeningport' || !found ? null : netstatElement(rng, key, value, agent)
      anything ||= element !== null
      entries[value] = { found: element !== null, element }
    }
    result[key] = entries
  }
  return { ...result, foundanything: anything, success: true, ...(errors.length > 0 ? { errors } : {}) }
}

function netstatElement(rng: Rng, key: string, value: string, agent: AgentRow): unknown {
  const mac = `${value
    .replace(/[^0-9a-f:]/g, '')
    .padEnd(8, ':00')
    .slice(0, 8)}:${rng.hex(2)}:${rng.hex(2)}:${rng.hex(2)}`
  const own = agent.endpoint.addresses[0]?.split('/')[0] ?? '127.0.0.1'
  switch (key) {
    case 'localip':
      return value.startsWith('10.') && !own.startsWith('10.')
        ? null
        : [{ localaddr: value === '127.0.0.1' ? value : own }]
    case 'localmac':
      return [{ localmacaddr: mac }]
    case 'neighbormac':
      return [{ remotemacaddr: mac, remoteaddr: `10.4.0.${rng.int(1, 9)}` }]
    default: {
      const [network = '10.0.0.0', bits = '32'] = value.split('/')
      const octets = network.split('.')
      const remoteaddr =
        bits === '32'
          ? network
          : [
              ...octets.slice(0, Number(bits) / 8),
              ...Array.from({ length: 4 - Number(bits) / 8 }, () => rng.int(1, 250)),
            ].join('.')
      return [{ remoteaddr, remotemacaddr: `02:42:${rng.hex(2)}:${rng.hex(2)}:${rng.hex(2)}:${rng.hex(2)}` }]
    }
  }
}

function example({ lookuphost }: { lookuphost?: string }, agent: AgentRow): unknown {
  return {
    elements: {
      hostname: agent.endpoint.name,
      addresses: agent.endpoint.addresses,
      ...(lookuphost === undefined
        ? {}
        : { lookeduphost: `${lookuphost}=${lookuphost === 'localhost' ? '127.0.0.1' : '10.4.0.17'}` }),
    },
    foundanything: true,
    success: true,
    statistics: { stufffound: 2 + agent.endpoint.addresses.length },
  }
}

function laterElements(
  rng: Rng,
  { module, parameters }: Operation,
  agent: AgentRow,
  found: boolean,
): { elements: unknown; statistics: unknown } {
  const exectime = duration(rng, 1, 2500)
  switch (module) {
    case 'file': {
      const searches = (parameters as { searches: Record<string, { names: string[]; options: unknown }> }).searches
      const elements = Object.fromEntries(
        Object.entries(searches).map(([label, search]) => {
          const fileinfo = {
            size: rng.int(9000, 190_000),
            mode: '-rwxr-xr-x',
            lastmodified: '2014-11-03 09:12:44 +0000 UTC',
          }
          return [
            label,
            [
              found
                ? { file: `/usr/lib/libsys${rng.pick(['log', 'net', 'init'])}.so`, search, fileinfo }
                : { file: '', search, fileinfo: { size: 0, mode: '', lastmodified: '' } },
            ],
          ]
        }),
      )
      return {
        elements,
        statistics: {
          filescount: rng.int(1200, 46_000),
          openfailed: rng.int(0, 2),
          totalhits: found ? 1 : 0,
          exectime,
        },
      }
    }
    case 'memory': {
      const searches = (parameters as { searches: Record<string, unknown> }).searches
      const elements = Object.fromEntries(
        Object.entries(searches).map(([label, search]) => [
          label,
          found ? [{ process: { name: 'nginx', pid: rng.int(300, 30_000) }, search }] : [],
        ]),
      )
      return {
        elements,
        statistics: {
          processcount: rng.int(60, 320),
          memoryread: rng.int(1_000_000, 900_000_000),
          totalhits: found ? 1 : 0,
          exectime,
          failures: null,
        },
      }
    }
    case 'pkg':
      return {
        elements: {
          packages: found
            ? [{ name: 'openssl', version: `1.0.1f-1ubuntu2.${rng.int(4, 27)}`, type: 'dpkg', arch: 'amd64' }]
            : [],
        },
        statistics: { inpackages: rng.int(200, 1800), matchedpackages: found ? 1 : 0, exectime },
      }
    case 'ping':
      return {
        elements: {
          protocol: 'tcp',
          resolvedhost: '10.4.0.17:5671',
          latencies: found
            ? [rng.int(1, 40) + rng.int(0, 99) / 100, rng.int(1, 40), rng.int(1, 40)]
            : [9999999, 9999999, 9999999],
          failures: found ? [] : ['dial tcp 10.4.0.17:5671: i/o timeout'],
        },
        statistics: { exectime },
      }
    case 'timedrift':
      return {
        elements: {
          hascheckeddrift: true,
          iswithindrift: found,
          drifts: [duration(rng, 0.1, 45)],
          localtime: '2014-11-21T08:00:00.123456789Z',
        },
        statistics: { exectime, ntpstats: null },
      }
    case 'sshkey':
      return {
        elements: {
          keys: found
            ? [
                {
                  fingerprint_md5: rng.hex(32).replace(/(..)(?=.)/g, '$1:'),
                  fingerprint_sha256: rng.chars('ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/', 43),
                  path: `/Users/${agent.endpoint.name.split(/[-.]/)[1] ?? 'user'}/.ssh/id_rsa`,
                  encrypted: rng.chance(0.5),
                  type: 'private',
                },
              ]
            : [],
        },
        statistics: { exectime },
      }
    default:
      throw new Error(`No agent of later years answers for module ${module}`)
  }
}

/** A Go duration text between two numbers of milliseconds, more often near the lower one. */
function duration(rng: Rng, min: number, max: number): string {
  const milliseconds = min * (max / min) ** rng.float()
  const digits = (value: number) => String(Number(value.toFixed(6)))
  if (milliseconds < 1) return `${digits(Number((milliseconds * 1000).toFixed(3)))}µs`
  return milliseconds < 1000 ? `${digits(milliseconds)}ms` : `${digits(milliseconds / 1000)}s`
}
