import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { unlessTimeout } from '@/lib/db/availability'
import { inRead } from '@/lib/db/read'
import { env } from '@/lib/env'
import { getSilence } from '@/lib/mig/agents/silence'
import { earlier } from '@/lib/mig/agents/state'
import { settledAnswers } from '@/lib/mig/commands/settled'
import type { SignatureReport } from '@/lib/mig/signatures/queries'
import type { SpoolAnswer } from '@/lib/mig/spool/answer'
import { PATIENCE_MS, unlessAway } from '@/lib/mig/spool/away'
import { type SpoolClient, spoolClient } from '@/lib/mig/spool/client'
import { nameMoment } from '@/lib/mig/spool/health'
import { parseSpoolFile, sameId } from '@/lib/mig/spool/parse'
import type { Entry, SpoolReplies } from '@/lib/mig/spool/protocol'
import { vintage } from '@/lib/mig/vintage'
import { parseId } from '@/lib/mig/wire/id'
import { readSpoolName, type SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { compareInstants, type Instant, instantToNanos, nanosToInstant } from '@/lib/mig/wire/time'
import { createdOf } from './anomalies'
import type { ActionFacts, ActionFile, FleetEvidence, SetAside, SignatureEvidence, SpoolEvidence } from './facts'
import { type CommandFigures, type FigureRow, figuresOf } from './figures'
import { figuresSql } from './figures.sql'
import { fleetWindowSql } from './fleet.sql'
import type { ActionDetail } from './queries'
import { readJson } from './schema'
import { targetShape } from './target'

const COUNT_TIMEOUT_MS = 4_000
const FLEET_TIMEOUT_MS = 3_000
const SIGNATURES_MS = 2_500
const SECOND = 1_000_000_000n

const figures = settledAnswers<FigureRow[] | null>()

/**
 * An action's commands counted from their rows in one pass; null when that takes more than 4 s, as it does in a large table
 * without an index on commands (actionid).
 */
export async function getCommandFigures(
  _viewer: Viewer,
  action: Pick<ActionDetail, 'id' | 'status' | 'expireafter'>,
): Promise<CommandFigures | null> {
  const rows = await figures(action, action.expireafter, () =>
    inTime<FigureRow>(COUNT_TIMEOUT_MS, figuresSql(action.id, action.expireafter)),
  )
  return rows && figuresOf(rows)
}

/** The rows of a statement, or null when it takes longer than that many milliseconds. */
async function inTime<Row extends object>(
  milliseconds: number,
  statement: { text: string; values: unknown[] },
): Promise<Row[] | null> {
  return unlessTimeout(
    inRead(async (client) => {
      await client.query(`SET LOCAL statement_timeout = ${milliseconds}`)
      return (await client.query<Row>(statement.text, statement.values)).rows
    }),
  )
}

/**
 * Everything that the rules about this action look at, its commands counted; whole directories of the spool only where they
 * can add something. `checked` is the check of its signatures, where one is under way.
 */
export async function getActionFacts(
  viewer: Viewer,
  action: ActionDetail,
  now: Instant,
  checked: Promise<SignatureReport | null> | null = null,
): Promise<ActionFacts> {
  const counting = getCommandFigures(viewer, action)
  const [figures, layout, spool, fleet, silence, signatures] = await Promise.all([
    counting,
    vintage(),
    // Nothing has to be explained of what has landed with all its commands answered.
    action.status === 'completed'
      ? counting.then((counted) => (counted?.byOutcome.out ? spoolEvidence(action, now) : landedEvidence(action)))
      : spoolEvidence(action, now),
    action.status === 'invalid' || action.status === 'scheduled' ? fleetEvidence(action) : null,
    getSilence(viewer, now),
    // The one state that a signature explains, when nobody is recorded to have signed.
    action.status === 'preparing' && action.signatures.length === 0 && checked ? signatureEvidence(checked) : null,
  ])
  return {
    action,
    figures,
    signatureRows: action.signatures.length,
    spool,
    fleet,
    signatures,
    silence,
    now,
    timings: { collectorPeriod: env().collectorPeriod, spoolDeleteAfter: env().spoolDeleteAfter },
    vintage: { kind: layout.kind, agentColumns: layout.columns.agents ?? [] },
  }
}

/** What the check of the signatures said, if it does so soon; it is drawn by itself later in any case. */
async function signatureEvidence(checked: Promise<SignatureReport | null>): Promise<SignatureEvidence[] | null> {
  const report = await Promise.race([checked, new Promise<null>((settle) => setTimeout(settle, SIGNATURES_MS, null))])
  return report?.signatures.map(({ verdict, sentence, keyId }) => ({ verdict, sentence, keyId })) ?? null
}

/** How many agents the scheduler may have seen when it looked for some; null when that cannot be told. */
async function fleetEvidence(action: ActionDetail): Promise<FleetEvidence | null> {
  const at = action.starttime ?? action.lastupdatetime ?? createdOf(action.id)
  if (!at) return null
  const timeout = env().agentTimeout
  const shape = action.syntaxversion === 1 ? null : targetShape(action.target)
  const parts = shape?.kind === 'condition' ? shape.comparisons : null
  const window = { from: earlier(at, timeout), to: at }
  const rows = await inTime<Record<'possible' | 'certain' | 'possibleFits' | 'certainFits', string | null>>(
    FLEET_TIMEOUT_MS,
    fleetWindowSql(await vintage(), window, parts),
  )
  const row = rows?.[0]
  if (!row) return null
  return {
    at,
    timeout,
    possible: Number(row.possible),
    certain: Number(row.certain),
    comparison:
      parts && row.possibleFits !== null
        ? { parts, possible: Number(row.possibleFits), certain: Number(row.certainFits) }
        : null,
  }
}

const PLACES: readonly SpoolDirectory[] = [
  ['action', 'new'],
  ['action', 'inflight'],
  ['action', 'done'],
  ['action', 'invalid'],
]

type Named = { files: ActionFile[] } | { why: string; isSlow: boolean }

/** The files that are called after the action, looked up by their name; or why nothing is known of them. */
async function namedFiles(spool: SpoolClient, { id }: Pick<ActionDetail, 'id'>): Promise<Named> {
  const root = await spool.ask<'root'>({ command: 'root' })
  if (!root.ok) return { why: root.sentence, isSlow: root.reason === 'slow' }
  const named = await Promise.all(
    PLACES.map(async (directory) => ({
      directory,
      answer: await spool.ask<'stat'>({
        command: 'stat',
        kind: directory[0],
        state: directory[1],
        names: [`${id}.json`],
      }),
    })),
  )
  // A directory that is not there holds no file; any other failure means that nothing is known.
  const unknown = named.find(({ answer }) => !answer.ok && answer.reason !== 'absent')?.answer
  if (unknown && !unknown.ok) return { why: unknown.sentence, isSlow: unknown.reason === 'slow' }
  if (named.every(({ answer }) => !answer.ok))
    return { why: 'The directory holds none of the places of action files: it may not be MIG’s spool.', isSlow: false }
  const files = named.flatMap(({ directory, answer }) =>
    answer.ok
      ? answer.value.rows
          .filter((entry) => entry.kind === 'file')
          .map((entry) => ({ directory, name: entry.name, modified: modifiedOf(entry) }))
      : [],
  )
  return { files }
}

/** What the spool says of an action that it has no more to do with: where its file lies. The page does not wait long for that. */
async function landedEvidence(action: ActionDetail): Promise<SpoolEvidence> {
  const root = env().spoolDir
  const found = await unlessAway(
    root,
    PATIENCE_MS,
    () => namedFiles(spoolClient(root), action),
    (named) => ('why' in named && named.isSlow ? named.why : null),
  )
  if ('away' in found) return { checked: false, why: found.away }
  if ('why' in found.answer) return { checked: false, why: found.answer.why }
  const { files } = found.answer
  return { checked: true, files, setAside: [], commandsInflight: null, oldestReturned: null, waiting: null }
}

/** What the spool says of an action; asked in parallel, each answer with the client's deadline. */
async function spoolEvidence(action: ActionDetail, now: Instant): Promise<SpoolEvidence> {
  // Passes over whole directories, which may be large: only where a rule looks at what they say.
  const isOver =
    ['preparing', 'inflight', 'completed'].includes(action.status ?? '') &&
    action.expireafter !== null &&
    compareInstants(action.expireafter, now) < 0
  const spool = spoolClient(env().spoolDir)
  const [named, setAside, commands, returned, waiting] = await Promise.all([
    namedFiles(spool, action),
    setAsideFiles(spool, action),
    isOver
      ? spool.ask<'list'>({
          command: 'list',
          kind: 'command',
          state: 'inflight',
          size: 1,
          match: { prefix: `${action.id}-` },
        })
      : null,
    isOver ? spool.ask<'survey'>({ command: 'survey', kind: 'command', state: 'returned' }) : null,
    action.status === 'init' ? spool.ask<'survey'>({ command: 'survey', kind: 'action', state: 'new' }) : null,
  ])
  if ('why' in named) return { checked: false, why: named.why }
  return {
    checked: true,
    files: named.files,
    setAside,
    commandsInflight: commands?.ok ? commands.value.matching : commands?.reason === 'absent' ? 0 : null,
    oldestReturned: extremeMoments(returned, ['command', 'returned'])[0] ?? null,
    waiting: waiting?.ok
      ? { files: waiting.value.files, oldest: extremeMoments(waiting, ['action', 'new'])[0] ?? null }
      : null,
  }
}

function modifiedOf(entry: Entry): Instant | null {
  try {
    return entry.mtimeNs === null ? null : nanosToInstant(entry.mtimeNs)
  } catch {
    return null
  }
}

function extremeMoments(answer: SpoolAnswer<SpoolReplies['survey']> | null, [kind, state]: SpoolDirectory): Instant[] {
  if (!answer?.ok) return []
  return answer.value.extremes
    .flatMap((name) => nameMoment(readSpoolName(kind, state, name)) ?? [])
    .sort(compareInstants)
}

const CANDIDATES = 12
const CANDIDATE_BYTES = 1024 * 1024
/** How long after it was taken up a file that fails is set aside; a database that is slow may take its time. */
const SET_ASIDE_WITHIN = 60n * SECOND

/**
 * The files that the scheduler set aside when it failed to process this action: their names are the moments of the failures
 * (mig-domain 2.2), so the few that follow the moment at which it took the action up are read, and compared by id and signature.
 */
async function setAsideFiles(spool: SpoolClient, action: ActionDetail): Promise<SetAside[]> {
  const from = action.starttime ?? createdOf(action.id)
  if (!from || !['init', 'scheduled', 'preparing'].includes(action.status ?? '')) return []
  const begin = instantToNanos(from) - SECOND
  const answer = await spool.ask<'list'>({
    command: 'list',
    kind: 'action',
    state: 'invalid',
    size: CANDIDATES,
    after: String(begin),
  })
  if (!answer.ok) return []
  const texts = readJson(action.raw.pgpsignatures)
  const signatures = new Set(
    Array.isArray(texts) ? texts.filter((text) => typeof text === 'string' && text !== '') : [],
  )
  const found = await Promise.all(
    answer.value.rows.map(async ({ name, kind }): Promise<SetAside[]> => {
      const stamp = parseId(/^(\d{19})\.json$/.exec(name)?.[1] ?? '')
      if (kind !== 'file' || !stamp || BigInt(stamp) > begin + SECOND + SET_ASIDE_WITHIN) return []
      const read = await spool.ask<'read'>({
        command: 'read',
        kind: 'action',
        state: 'invalid',
        name,
        cap: CANDIDATE_BYTES,
      })
      if (!read.ok) return []
      const at = nanosToInstant(BigInt(stamp))
      const { action: inside } = parseSpoolFile(
        read.value.bytes,
        'action',
        'invalid',
        readSpoolName('action', 'invalid', name),
      )
      if (!inside) return [{ name, at, match: 'unreadable' }]
      const isSame = inside.id
        ? sameId(action.id, inside.id)
        : (inside.signatures ?? []).some((text) => signatures.has(text))
      return isSame ? [{ name, at, match: 'same' }] : []
    }),
  )
  const all = found.flat()
  const same = all.filter(({ match }) => match === 'same')
  return same.length ? same : all
}
