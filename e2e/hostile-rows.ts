import { gzipSync } from 'node:zlib'
import { withClient } from '@/lib/testing/database'

/** What would run if it were taken for HTML; each sets `window.hacked`. */
export const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
/** Turns the reading direction: an unmarked ".txt" would show as "txt." */
export const TURNED = 'invoice\u202Efdp.exe'
const LONG = 'n'.repeat(2048 - MARKUP.length)
const NASTY = `${MARKUP}\u202Eabc\u200B\u0007"'\`&{{7*7}}\${7*7}`

const deep = (depth: number) => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`
const inString = (text: string) => JSON.stringify(text)
const NUL = '\\u0000'
const LONE = '\\ud800'

/** A filechecker answer of at least this many bytes, its one interesting file last. */
function bigAnswer(bytes: number): string {
  const files: string[] = []
  let size = 0
  for (let i = 0; size < bytes; i++) {
    const file = `"/usr/share/a/long/way/down/to/some/file-number-${i}.dat":${i}`
    files.push(file)
    size += file.length + 1
  }
  return `[{"elements":{"/usr/":{"filename":{"all":{".":{"filecount":1,"files":{${files.join(',')},"/needle/in/a/haystack":1},"matchcount":2}}}}},"error":null,"foundanything":true,"statistics":{"totalhits":2,"exectime":"1.5s"}}]`
}

const filechecker = (files: string, more = '') =>
  `[{"elements":{"/":{"regex":{${inString(NASTY)}:{${inString(MARKUP)}:{"filecount":1e400,"files":${files},"matchcount":6059408362783470593}}}}},"error":[${inString(NASTY)},"${NUL}${LONE}"],"foundanything":true,"statistics":{"exectime":${inString(NASTY)},"totalhits":1e400,"__proto__":7}${more}}]`

/** The `results` of one command each, with the status that it has. */
export const RESULTS: Readonly<Record<string, { module?: string; status?: string; json: string | null }>> = {
  markup: { json: filechecker(`{${inString(NASTY)}:1e400,${inString(`${MARKUP}${LONG}`)}:1}`) },
  turned: { json: filechecker(`{${inString(TURNED)}:1}`) },
  nul: { json: filechecker(`{"/a${NUL}b${LONE}c":1,"\\udc00":2}`) },
  proto: { json: filechecker('{"__proto__":1,"constructor":2,"toString":3}', ',"__proto__":{"polluted":1}') },
  deep: { json: `[{"foundanything":true,"elements":${deep(10_000)}}]` },
  'deep-statistics': { json: `[{"foundanything":true,"elements":null,"statistics":{"a":${deep(10_000)}}}]` },
  'deep-list': { json: `${'['.repeat(10_000)}${']'.repeat(10_000)}` },
  number: { json: '[1e400, -1e400, 6059408362783470593]' },
  'no-list': { json: `{"foundanything":${inString(NASTY)}}` },
  text: { json: inString(NASTY) },
  'odd-shapes': { json: '[7,"x",[],{"foundanything":"yes"},{"errors":[{}]},true,{"Desc":7}]' },
  refusal: {
    status: 'failed',
    json: `[{"OpID":1e400,"ActionID":6059408362783470593,"Sev":${inString(NASTY)},"Desc":${inString(NASTY)},"__proto__":{}}]`,
  },
  netstat: {
    module: 'netstat',
    json: `[{"foundanything":true,"success":true,"localip":{${inString(NASTY)}:{"found":true,"element":[{"localaddr":${inString(NASTY)},"localport":1e400}]}},"errors":[${inString(NASTY)}]}]`,
  },
  file: {
    module: 'file',
    json: `[{"foundanything":true,"success":true,"elements":{${inString(NASTY)}:[{"file":${inString(NASTY)},"search":{"names":[${inString(NASTY)}]},"fileinfo":{"size":1e400,"mode":${inString(NASTY)},"lastmodified":${inString(NASTY)}}}]},"statistics":null,"errors":null}]`,
  },
  pkg: {
    module: 'pkg',
    json: `[{"foundanything":true,"success":true,"elements":{"packages":[{"name":${inString(NASTY)},"version":${inString(NASTY)}}]},"statistics":null,"errors":null}]`,
  },
  unknown: { module: NASTY, json: `[{"foundanything":true,"elements":${inString(NASTY)}}]` },
  many: { json: `[${Array.from({ length: 5000 }, () => '{"foundanything":true}').join(',')}]` },
  none: { status: 'sent', json: null },
}

export const BIG = 'big'
const OPERATIONS: Readonly<Record<string, string | null>> = {
  markup: `[{"module":${inString(MARKUP)},"parameters":{${inString(NASTY)}:${inString(NASTY)}}}]`,
  searches: `[{"module":"filechecker","parameters":{"condition":${inString(NASTY)},"searches":{${inString(NASTY)}:{"description":${inString(NASTY)},"paths":[${inString(NASTY)}],"regexes":[${inString(NASTY)}]},"__proto__":{"paths":["/"]}}}}]`,
  deep: `[{"module":"filechecker","parameters":${deep(10_000)}}]`,
  nul: `[{"module":"netstat","parameters":{"localip":["${NUL}${LONE}"],"__proto__":["x"],"n":[1e400]}}]`,
  bomb: `[{"module":"file","is_compressed":true,"parameters":"${gzipSync(Buffer.alloc(200_000_000, 'a')).toString('base64')}"}]`,
  wrong: `{"module":${inString(NASTY)}}`,
  none: null,
}

export type HostileIds = { actions: Record<string, string>; commands: Record<string, string>; agent: string }

/** Puts hostile text into every field of actions, agents and commands of a database of MIG's; returns their ids. */
export async function insertHostileRows(url: string, bigBytes: number): Promise<HostileIds> {
  const ids: HostileIds = { actions: {}, commands: {}, agent: '6900000000000000000' }
  const json = `{"author":${inString(NASTY)},"level":${inString(NASTY)},"__proto__":1e400,"x":"${NUL}"}`
  const name = `${NASTY}${'w'.repeat(2048 - NASTY.length)}`
  await withClient(url, async (client) => {
    await client.query(
      `INSERT INTO public.agents (id, name, queueloc, os, version, pid, starttime, heartbeattime, status, environment, tags)
       VALUES ($1, $2, $3, $4, $5, 1, now(), now(), $6, $7, $8)`,
      [ids.agent, name, `linux.${NASTY}.x`, NASTY, NASTY, NASTY, `{"x":${deep(10_000)}}`, json],
    )
    let next = 6_900_000_000_000_001_024n
    const id = () => {
      next += 1024n
      return String(next)
    }
    for (const [key, operations] of Object.entries(OPERATIONS)) {
      const action = id()
      ids.actions[key] = action
      await client.query(
        `INSERT INTO public.actions (id, name, target, description, threat, operations, validfrom, expireafter, starttime,
           finishtime, lastupdatetime, status, sentctr, pgpsignatures, syntaxversion)
         VALUES ($1, $2, $3, $4, $5, $6, '-infinity', 'infinity', now(), '0044-03-15 BC', now(), $7, -1, $8, 2147483647)`,
        [action, name, name, json, json, operations, NASTY, `[${inString(NASTY)},7,null,{"__proto__":1}]`],
      )
    }
    const rows = { ...RESULTS, [BIG]: { json: bigAnswer(bigBytes) } }
    for (const [key, row] of Object.entries(rows)) {
      const { module = 'filechecker', status = 'done', json: results } = row as (typeof RESULTS)[string]
      const [action, command] = [id(), id()]
      await client.query(
        `INSERT INTO public.actions (id, name, target, operations, validfrom, expireafter, starttime, status)
         VALUES ($1, $2, $3, $4, now(), now(), now(), 'completed')`,
        [action, `${key} ${NASTY}`, NASTY, `[{"module":${inString(module)},"parameters":{}}]`],
      )
      await client.query(
        `INSERT INTO public.commands (id, actionid, agentid, status, results, starttime, finishtime)
         VALUES ($1, $2, $3, $4, $5, now(), now())`,
        [command, action, ids.agent, status, results],
      )
      ids.actions[`of-${key}`] = action
      ids.commands[key] = command
    }
  })
  return ids
}
