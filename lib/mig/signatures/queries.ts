import 'server-only'
import { investigatorsHolding } from '@/lib/auth/key-index'
import { normalSql, type PersonRow, personFrom, personSelect } from '@/lib/auth/person.sql'
import { isScheduler } from '@/lib/auth/rules'
import type { Viewer } from '@/lib/auth/viewer'
import { isTimeout } from '@/lib/db/availability'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
import { readStoredKey } from '@/lib/mig/investigators/key-cache'
import { publickeySql, vintage } from '@/lib/mig/vintage'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import { type Instant, instantToNanos, nanosToInstant, parseRfc3339 } from '@/lib/mig/wire/time'
import { now } from '@/lib/now'
import type { KeyReading } from '@/lib/pgp/key'
import { findSignedText, type TextFinding } from './check'
import { type Holder, type Judgement, judge, judgeWithoutKey, type ListedSigner, partOf, samePerson } from './judge'
import { readStoredSignature, type StoredSignature } from './read'
import { REPLAYS, replaysSql, signedRowSql, weighedCommands, weighedSql, weightsSql } from './report.sql'
import { carries, copiesById, copiesBySignature, type SpoolCopy, type SpoolSearch } from './spool-copy'
import { operationsForms, type SignedRow } from './texts'
import type { Verdict } from './verdict'
import { verifier } from './verifier'

/** Signatures of one action that are checked; the rest is counted. */
const MAX_SIGNATURES = 20
const MAX_MODULES = 12
/** How long all checks of one action may take before the rest is left, in milliseconds. */
const BUDGET_MS = 10_000

/** Weights of one signer for one module over the agent rows that the action was sent to. */
export type ModuleWeight = {
  module: string
  /** Two modules of this name: the tables do not say whose rules hold. */
  ambiguous: boolean
  /** `weight` null: no weight is stored. `via` null: no requirement, so nothing is allowed. */
  shares: { via: 'own' | 'default' | null; weight: number | null; agents: number }[]
}

export type CheckedSignature = {
  text: string
  verdict: Verdict
  sentence: string
  notes: string[]
  /** Whose key it is; null when nobody's is known. */
  signer: { id: MigId; name: string; fingerprint: string | null; disabled: boolean } | null
  /** The investigators whom the signatures table names for it. */
  listed: ListedSigner[]
  /** How often it stands in the action's own list. */
  copies: number
  /** A signature before this one is by the same person, who counts once. */
  isRepeated: boolean
  keyId: string | null
  algorithm: string | null
  signedAt: Instant | null
  weights: ModuleWeight[]
}

export type Replay = {
  id: MigId
  name: string
  status: string | null
  starttime: Instant | null
  sameSignature: boolean
  sameText: boolean
}

export type SignatureReport = {
  signatures: CheckedSignature[]
  /** How many more there are that were not checked. */
  unchecked: number
  /** The action's own list is there and is a list of texts. */
  isListReadable: boolean
  spool: { state: 'used'; file: { state: SpoolCopy['state']; name: string } } | Exclude<SpoolSearch, { state: 'found' }>
  replays: { rows: Replay[]; more: boolean } | 'too-slow'
  /** Commands that the weights were counted over; `more`: the action has more than those. */
  weighed: { commands: number; more: boolean }
  /** Validity to the nanosecond where a signature or the spool proves it. */
  exactTimes: { validfrom: Instant; expireafter: Instant } | null
}

type SignerRow = PersonRow & { publickey: string | null }
/** `holdsKey`: the stored text, read loosely, has one of the key ids asked for. */
type Person = Holder & { disabled: boolean; isScheduler: boolean; holdsKey: boolean }
type Stored = { text: string; copies: number; listed: ListedSigner[] }

/**
 * The signatures of an action checked now against its row, with what the ACL gives their signers and where else they stand;
 * null without the row. A spool that is away or slow takes 2.5 s at most and is told of.
 */
export async function checkSignatures(_viewer: Viewer, id: MigId): Promise<SignatureReport | null> {
  const [{ rows }, listed, byId] = await Promise.all([
    reader().query<SignedRowText>(signedRowSql(id)),
    reader().query<{ id: MigId; name: string | null; fingerprint: string | null; text: string }>(sql`
      SELECT trunc(s.investigatorid)::text AS id, i.name, i.pgpfingerprint AS fingerprint, s.pgpsignature AS text
      FROM public.signatures s LEFT JOIN public.investigators i ON i.id = s.investigatorid
      WHERE s.actionid = ${id}::numeric ORDER BY i.name, s.investigatorid LIMIT 200`),
    copiesById(id),
  ])
  const raw = rows[0]
  if (!raw) return null
  const row = signedRowOf(raw)
  const inRow = readTexts(raw.pgpsignatures)
  const all = collect(inRow ?? [], listed.rows)
  const stored = all.slice(0, MAX_SIGNATURES)
  const texts = stored.map((one) => one.text)
  const modules = modulesOf(row.operations).slice(0, MAX_MODULES)
  const [{ checks, spool, exactTimes }, replays] = await Promise.all([
    checkAll(id, row, stored, byId),
    findReplays(id, row, texts),
  ])
  const signers = [...new Set(checks.flatMap((one) => one.signer?.id ?? one.listed.map((l) => l.id)))]
  const weights = await weightsOf(id, signers, modules)
  return {
    signatures: checks.map((one) => ({
      ...one,
      weights: weights.of.get(one.signer?.id ?? one.listed[0]?.id ?? ('' as MigId)) ?? [],
    })),
    unchecked: all.length - stored.length,
    isListReadable: inRow !== null,
    spool,
    replays,
    weighed: weights.weighed,
    exactTimes,
  }
}

type SignedRowText = Record<'name' | 'target', string> &
  Record<'validfrom' | 'expireafter' | 'operations' | 'pgpsignatures', string | null>

function signedRowOf({
  name,
  target,
  validfrom,
  expireafter,
  operations,
}: Omit<SignedRowText, 'pgpsignatures'>): SignedRow {
  const moment = (text: string | null) => (text === null ? null : parseRfc3339(text))
  return { name, target, validfrom: moment(validfrom), expireafter: moment(expireafter), operations }
}

/** The texts of `actions.pgpsignatures`; null where the column is not a list of texts. */
function readTexts(column: string | null): string[] | null {
  try {
    const value: unknown = JSON.parse(column ?? '')
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null
  } catch {
    return null
  }
}

function collect(inRow: readonly string[], listed: readonly (ListedSigner & { text: string })[]): Stored[] {
  const found = new Map<string, Stored>()
  const at = (text: string): Stored => {
    const known = found.get(text) ?? { text, copies: 0, listed: [] }
    found.set(text, known)
    return known
  }
  for (const text of inRow) at(text).copies++
  for (const { text, ...signer } of listed) at(text).listed.push(signer)
  return [...found.values()]
}

function modulesOf(operations: string | null): string[] {
  try {
    const value: unknown = JSON.parse(operations ?? 'null')
    if (!Array.isArray(value)) return []
    const names = value.map((one) => (one as { module?: unknown } | null)?.module)
    return [...new Set(names.filter((name): name is string => typeof name === 'string' && !name.includes('\0')))]
  } catch {
    return []
  }
}

type Check = Omit<CheckedSignature, 'weights'>

/** Checks with what the spool has under the action's id; when that leaves a doubt, with a failed file that carries the signature. */
async function checkAll(id: MigId, row: SignedRow, stored: readonly Stored[], byId: SpoolSearch) {
  const reads = stored.map((one) => ({ one, reading: readStoredSignature(one.text) }))
  const keyIds = reads.flatMap(({ reading }) => (reading.ok && reading.read.keyId ? [reading.read.keyId] : []))
  const people = keyIds.length > 0 ? await holdersOf(keyIds) : []
  const findings = new Map<string, TextFinding>()
  const until = performance.now() + BUDGET_MS
  const run = async (copies: readonly SpoolCopy[]) => {
    const checks: Check[] = []
    // One after the other: of two signatures of one action the second is mostly quick, and others get their turn.
    for (const { one, reading } of reads) {
      const copy = copies.find((candidate) => carries(candidate, [one.text])) ?? null
      const { check, finding } = reading.ok
        ? await checkOne({ id, row, copy, until }, one, reading.read, people)
        : { check: unreadable(one, reading.sentence), finding: null }
      if (finding) findings.set(one.text, finding)
      checks.push({ ...check, isRepeated: checks.some((other) => isSamePerson(other, check)) })
    }
    return checks
  }
  let copies = byId.state === 'found' ? byId.copies : []
  let state: SpoolSearch = byId
  let checks = await run(copies)
  const doubtful = checks.filter((one) => one.verdict === 'not-rebuilt' || one.verdict === 'text-changed')
  const texts = doubtful.map((one) => one.text)
  if (texts.length > 0 && !copies.some((copy) => carries(copy, texts)) && byId.state !== 'away') {
    state = await copiesBySignature(id, texts)
    copies = state.state === 'found' ? state.copies : []
    if (copies.length > 0) checks = await run(copies)
  }
  const used = copies.find((copy) =>
    carries(
      copy,
      stored.map((one) => one.text),
    ),
  )
  return {
    checks,
    spool: used
      ? ({ state: 'used', file: { state: used.state, name: used.file } } as const)
      : state.state === 'found'
        ? ({ state: 'none' } as const)
        : state,
    exactTimes: provenTimes(row, [...findings.values()], used ?? null),
  }
}

function isSamePerson(a: Check, b: Check): boolean {
  return a.signer !== null && b.signer !== null && samePerson(a.signer, b.signer)
}

function unreadable({ text, copies, listed }: Stored, sentence: string): Check {
  return {
    text,
    copies,
    listed,
    verdict: 'unreadable',
    sentence,
    notes: [],
    signer: null,
    isRepeated: false,
    keyId: null,
    algorithm: null,
    signedAt: null,
  }
}

/** What an action's signatures are checked against, and until when by the process's clock. */
type Against = { id: MigId; row: SignedRow; copy: SpoolCopy | null; until: number }

async function checkOne(
  against: Against,
  stored: Stored,
  signature: StoredSignature,
  people: readonly Person[],
): Promise<{ check: Check; finding: TextFinding | null }> {
  const { keyId } = signature
  const { judgement, finding } = await judgeOne(against, stored, signature, people)
  const signer = people.find((person) => person.id === judgement.signer?.id) ?? null
  const part = signer?.key && keyId ? partOf(signer.key, keyId) : null
  return {
    finding,
    check: {
      ...stored,
      verdict: judgement.verdict,
      sentence: judgement.sentence,
      notes: judgement.notes,
      signer: signer && {
        id: signer.id,
        name: signer.name,
        fingerprint: signer.key?.fingerprint ?? signer.fingerprint,
        disabled: signer.disabled,
      },
      isRepeated: false,
      keyId,
      algorithm: part ? `${part.algorithm}, ${signature.hashWord}` : signature.hashWord,
      signedAt: signature.at,
    },
  }
}

async function judgeOne(
  { id, row, copy, until }: Against,
  { listed }: Stored,
  signature: StoredSignature,
  people: readonly Person[],
): Promise<{ judgement: Judgement; finding: TextFinding | null }> {
  const { keyId } = signature
  const listedIds = new Set(listed.map((one) => one.id))
  const named = people.filter((person) => keyId !== null && holds(person, keyId))
  const holders = named
    .filter((person) => person.key !== null && keyId !== null && partOf(person.key, keyId) !== null)
    .sort((a, b) => Number(listedIds.has(b.id)) - Number(listedIds.has(a.id)))
  if (keyId === null || holders.length === 0)
    return { judgement: judgeWithoutKey(keyId, named[0] ?? null, listed), finding: null }
  if (performance.now() > until)
    return {
      judgement: judge({ ...signature, keyId }, { kind: 'failed', why: 'slow' }, holders, listed),
      finding: null,
    }
  const finding = await findSignedText(
    {
      signature: { ...signature, keyId },
      keys: holders.map((person) => person.key?.armored ?? ''),
      row,
      copy,
      twoClocks: holders.some((person) => person.isScheduler),
      mayBeFormatA: mayBeFormatA(id),
    },
    verifier(),
  )
  return { judgement: judge({ ...signature, keyId }, finding, holders, listed), finding }
}

// The ids of MIG from 2015-02 on are of other kinds, and by then no part of it signed to the nanosecond (mig-domain 6.3).
const HIGH_SECONDS_FROM = 5_000_000_000_000_000_000n

function mayBeFormatA(id: MigId): boolean {
  return idCreatedAt(id) === null || BigInt(id) >= HIGH_SECONDS_FROM
}

function holds(person: Person, keyId: string): boolean {
  if (person.key ? partOf(person.key, keyId) : person.holdsKey) return true
  return (person.fingerprint ?? '')
    .replace(/[^0-9A-Fa-f]/g, '')
    .toUpperCase()
    .endsWith(keyId)
}

const MAX_HOLDERS = 40

async function holdersOf(keyIds: readonly string[]): Promise<Person[]> {
  const v = await vintage()
  const [ids, { clock }] = await Promise.all([investigatorsHolding(keyIds), now()])
  const held = new Set(ids)
  const { rows } = await reader().query<SignerRow>(sql`
    SELECT ${personSelect(v)}, ${publickeySql(v, 'i')} AS publickey FROM ${personFrom}
    WHERE i.id = ANY(${ids}::numeric[]) OR right(${normalSql(sql`i.pgpfingerprint`)}, 16) = ANY(${[...keyIds]}::text[])
    ORDER BY i.id LIMIT ${MAX_HOLDERS}`)
  return Promise.all(
    rows.map(async (row): Promise<Person> => {
      const reading = await readKeyOf(row, clock)
      return {
        id: row.id as MigId,
        name: row.name,
        fingerprint: row.fingerprint,
        key: reading?.ok ? reading.key : null,
        problem: reading && !reading.ok ? reading.problem : null,
        disabled: row.disabled || (v.investigatorStatus && row.status !== 'active'),
        holdsKey: held.has(row.id),
        isScheduler: isScheduler(row, env().schedulerKeyId),
      }
    }),
  )
}

async function readKeyOf({ publickey }: SignerRow, clock: Instant): Promise<KeyReading | null> {
  if (!publickey?.trim()) return null
  const reading = await readStoredKey(publickey, clock)
  return !reading.ok && reading.problem === 'too-slow' ? readStoredKey(publickey, clock) : reading
}

function provenTimes(row: SignedRow, findings: readonly TextFinding[], copy: SpoolCopy | null) {
  for (const finding of findings) {
    if (finding.kind !== 'row' || finding.source.format !== 'A' || !row.validfrom || !row.expireafter) continue
    if (finding.residues)
      return {
        validfrom: nanosToInstant(instantToNanos(row.validfrom) + BigInt(finding.residues.from)),
        expireafter: nanosToInstant(instantToNanos(row.expireafter) + BigInt(finding.residues.until)),
      }
    if (copy) return { validfrom: copy.validfrom, expireafter: copy.expireafter }
  }
  return null
}

async function findReplays(
  id: MigId,
  row: SignedRow,
  signatures: readonly string[],
): Promise<SignatureReport['replays']> {
  const forms = new Set(operationsForms(row.operations))
  try {
    const { rows } = await reader().query<
      SignedRowText & { id: MigId; status: string | null; starttime: Instant | null; listed: boolean }
    >(
      replaysSql(
        id,
        signatures.filter((text) => !text.includes('\0')),
      ),
    )
    const found = rows.map((other) => ({
      id: other.id,
      name: other.name,
      status: other.status,
      starttime: other.starttime,
      sameSignature: other.listed || (readTexts(other.pgpsignatures) ?? []).some((text) => signatures.includes(text)),
      sameText:
        other.name === row.name &&
        other.target === row.target &&
        signedRowOf(other).validfrom === row.validfrom &&
        signedRowOf(other).expireafter === row.expireafter &&
        operationsForms(other.operations).some((form) => forms.has(form)),
    }))
    const replays = found.filter((other) => other.sameSignature || other.sameText)
    return { rows: replays.slice(0, REPLAYS), more: rows.length > REPLAYS }
  } catch (error) {
    if (isTimeout(error)) return 'too-slow'
    throw error
  }
}

async function weightsOf(id: MigId, investigators: readonly MigId[], modules: readonly string[]) {
  const of = new Map<MigId, ModuleWeight[]>()
  const limit = weighedCommands(investigators.length, modules.length)
  const [counted, weights] = await Promise.all([
    reader().query<{ commands: number }>(weighedSql(id, limit)),
    investigators.length > 0 && modules.length > 0
      ? reader().query<{
          investigator: MigId
          module: string
          twice: boolean
          via: 'own' | 'default' | null
          weight: number | null
          agents: number
        }>(weightsSql(id, investigators, modules))
      : { rows: [] },
  ])
  for (const { investigator, module, twice, ...share } of weights.rows) {
    const list = of.get(investigator) ?? []
    of.set(investigator, list)
    const last = list.at(-1)
    if (last?.module === module) last.shares.push(share)
    else list.push({ module, ambiguous: twice, shares: [share] })
  }
  const commands = counted.rows[0]?.commands ?? 0
  return { of, weighed: { commands: Math.min(commands, limit), more: commands > limit } }
}
