import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { containing } from '@/lib/db/like'
import { readRows } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { formatNumber } from '@/lib/format'
import { normalFingerprint } from '@/lib/mig/acl/rule'
import { findIds } from '@/lib/mig/find-id'
import { spoolClient } from '@/lib/mig/spool/client'
import { encodeFileName, nameTextBytes, showFileName, spoolFileHref } from '@/lib/mig/spool/file-name'
import { readIdText } from '@/lib/mig/wire/id'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { actionsByPrefixSql, agentsByPrefixSql, SHOWN, writings } from './prefix.sql'

export type SearchKind = 'action' | 'command' | 'agent' | 'investigator' | 'file'

/** One thing that was found; its texts come from MIG as they are. */
export type SearchHit = { id: string; name: string; detail: string; href: string }

/** What was found of a kind; one that was not looked through, or not all of it, says so in a sentence, and is never just empty. */
export type SearchGroup = { kind: SearchKind; hits: SearchHit[]; problem: string | null }

/** The longest text that is looked for. */
export const MAX_SEARCH = 200

const QUICK = { timeout: '2s' } as const
const KIND_MS = 2_000
// The newest come first, and without the index by name they are all that is found in a large table.
const NEWEST_ACTIONS = 20_000

type Row = { id: string; name: string | null; detail: string | null }

/** Everything that a text may name, at most five of a kind: ids in any form, beginnings of names, fingerprints, files of the spool. */
export async function searchEverywhere(viewer: Viewer, text: string): Promise<SearchGroup[]> {
  const asked = text.trim()
  if (asked === '' || asked.length > MAX_SEARCH || asked.includes('\0')) return []
  const finders: Record<SearchKind, () => Promise<SearchHit[] | Pick<SearchGroup, 'hits' | 'problem'>>> = {
    action: () => findActions(viewer, asked),
    command: () => findCommands(viewer, asked),
    agent: () => findAgents(viewer, asked),
    investigator: () => findInvestigators(viewer, asked),
    file: () => findFiles(viewer, asked),
  }
  const kinds = Object.keys(finders) as SearchKind[]
  return Promise.all(
    kinds.map(async (kind) => {
      try {
        const found = await inTime(finders[kind]())
        const { hits, problem } = Array.isArray(found) ? { hits: found, problem: null } : found
        return { kind, hits: hits.slice(0, SHOWN), problem }
      } catch (error) {
        const problem = problemOf(error)
        if (problem === null) throw error
        return { kind, hits: [], problem: `Not searched: ${problem}` }
      }
    }),
  )
}

class SearchProblem extends Error {}

const TOO_LONG = 'This took longer than 2 seconds and was stopped.'

/** No kind withholds the others: what it finds later is not waited for. */
async function inTime<T>(finding: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new SearchProblem(TOO_LONG)), KIND_MS)
  })
  return Promise.race([finding, late]).finally(() => clearTimeout(timer))
}

function problemOf(error: unknown): string | null {
  if (error instanceof SearchProblem) return error.message
  if (isUnavailable(error)) return 'The database is away.'
  if (isTimeout(error)) return TOO_LONG
  return null
}

async function findActions(viewer: Viewer, text: string): Promise<Pick<SearchGroup, 'hits' | 'problem'>> {
  const ids = await findIds(viewer, 'actions', text)
  const newest = await readRows<Row>(
    sql`SELECT trunc(a.id)::text AS id, a.name, a.status AS detail FROM public.actions a WHERE a.id = ANY(${ids}::numeric[])
      UNION ALL (
        SELECT trunc(a.id)::text, a.name, a.status FROM (
          SELECT id, name, status FROM public.actions ORDER BY id DESC LIMIT ${NEWEST_ACTIONS}) a
        WHERE a.name ILIKE ${containing(text).slice(1)} LIMIT ${SHOWN})`,
    QUICK,
  )
  const hitsWith = (rows: Row[]) => hitsOf([...newest, ...rows], (id) => `/actions/${id}`)
  if (newest.length >= SHOWN) return { hits: hitsWith([]), problem: null }
  try {
    return { hits: hitsWith(await readRows<Row>(actionsByPrefixSql(text), { timeout: '1s' })), problem: null }
  } catch (error) {
    if (!isTimeout(error)) throw error
    return {
      hits: hitsWith([]),
      problem: `Only the newest ${formatNumber(NEWEST_ACTIONS)} were searched by name: all of them took longer than a second. The index that mig-dashboard db index makes is for this.`,
    }
  }
}

async function findCommands(viewer: Viewer, text: string): Promise<SearchHit[]> {
  const ids = await findIds(viewer, 'commands', text)
  if (ids.length === 0) return []
  const rows = await readRows<Row>(
    sql`SELECT trunc(c.id)::text AS id, a.name, c.status AS detail FROM public.commands c
      LEFT JOIN public.actions a ON a.id = c.actionid WHERE c.id = ANY(${ids}::numeric[])`,
    QUICK,
  )
  return hitsOf(rows, (id) => `/commands/${id}`)
}

async function findAgents(viewer: Viewer, text: string): Promise<SearchHit[]> {
  const ids = await findIds(viewer, 'agents', text)
  const statements = [
    sql`SELECT trunc(a.id)::text AS id, a.name, a.queueloc FROM public.agents a WHERE a.id = ANY(${ids}::numeric[])`,
    ...writings(text).map((one) => agentsByPrefixSql('name', one)),
    agentsByPrefixSql('queueloc', text),
  ]
  const found = new Map<string, Row>()
  for (const statement of statements) {
    if (found.size >= SHOWN) break
    for (const { id, name, queueloc } of await readRows<{ id: string; name: string; queueloc: string }>(
      statement,
      QUICK,
    ))
      found.set(id, { id, name, detail: queueloc })
  }
  return hitsOf([...found.values()], (id) => `/agents/${id}`)
}

// Dozens of rows, not millions: here the text may stand anywhere.
async function findInvestigators(viewer: Viewer, text: string): Promise<SearchHit[]> {
  const ids = await findIds(viewer, 'investigators', text)
  const digits = /^[0-9a-f\s:]{8,}$/i.test(text) ? normalFingerprint(text) : null
  const rows = await readRows<Row>(
    sql`SELECT trunc(i.id)::text AS id, i.name, i.pgpfingerprint AS detail FROM public.investigators i
      WHERE i.id = ANY(${ids}::numeric[]) OR i.name ILIKE ${containing(text)}
        OR strpos(regexp_replace(upper(i.pgpfingerprint), '[^0-9A-F]', '', 'g'), ${digits ?? '-'}) > 0
      ORDER BY i.name, i.id LIMIT ${SHOWN}`,
    QUICK,
  )
  return hitsOf(rows, (id) => `/investigators/${id}`)
}

async function findFiles(_viewer: Viewer, text: string): Promise<SearchHit[]> {
  const id = readIdText(text)
  if (!id && !/^\S+\.json$/.test(text)) return []
  const { spoolDir } = env()
  if (!spoolDir) return []
  const spool = spoolClient(spoolDir)
  const match = id ? { ids: [id.id], ...(id.exact ? {} : { rounded: Number(id.id) }) } : { prefix: nameTextBytes(text) }
  const hits: SearchHit[] = []
  const answers = await Promise.all(
    SPOOL_STATES.map(async (directory) => {
      const [kind, state] = directory
      return { directory, answer: await spool.ask<'list'>({ command: 'list', kind, state, size: SHOWN, match }) }
    }),
  )
  if (answers.every(({ answer }) => !answer.ok && answer.reason === 'absent'))
    throw new SearchProblem('The spool has none of MIG’s directories.')
  for (const { directory, answer } of answers) {
    if (!answer.ok) {
      if (answer.reason === 'absent') continue
      throw new SearchProblem(answer.sentence)
    }
    for (const entry of answer.value.rows) {
      const name = encodeFileName(entry.name)
      const place = directory.join('/')
      hits.push({
        id: `${place}/${name}`,
        name: showFileName(name),
        detail: place,
        href: spoolFileHref(directory, name),
      })
    }
  }
  return hits
}

function hitsOf(rows: Row[], hrefOf: (id: string) => string): SearchHit[] {
  const seen = new Map(rows.map((row) => [row.id, row]))
  return [...seen.values()].map(({ id, name, detail }) => ({
    id,
    name: name ?? '',
    detail: detail ?? '',
    href: hrefOf(id),
  }))
}
