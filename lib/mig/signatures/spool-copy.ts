import 'server-only'
import { createHash } from 'node:crypto'
import { env } from '@/lib/env'
import type { SpoolFailure } from '@/lib/mig/spool/answer'
import { unlessAway } from '@/lib/mig/spool/away'
import { spoolClient } from '@/lib/mig/spool/client'
import { idCreatedAt, type MigId } from '@/lib/mig/wire/id'
import { parseRfc3339 } from '@/lib/mig/wire/time'
import type { SignedCopy } from './texts'

/** An action's file in the spool with what is signed of it. */
export type SpoolCopy = SignedCopy & { signatures: string[]; state: 'new' | 'inflight' | 'invalid'; file: string }

/** What the spool said; `away` comes with the reason in a sentence. */
export type SpoolSearch =
  | { state: 'found'; copies: SpoolCopy[] }
  | { state: 'none' }
  | { state: 'away'; sentence: string }

const CAP = 4 * 1024 * 1024
const PATIENCE_MS = 2_500
const STAMPS = 100
const AT_ONCE = 10
const NOT_THERE = new Set(['vanished', 'absent'])

/** The full files of an action by its id. Takes at most 2.5 s; a spool that did not answer is left alone for a while. */
export function copiesById(id: MigId): Promise<SpoolSearch> {
  return patiently(async () => {
    const states = ['inflight', 'new', 'invalid'] as const
    return gather(states.map((state) => ({ state, file: `${id}.json` })))
  })
}

/**
 * The files that MIG could not process, around the time the action was made, that carry one of these signatures: they are
 * named by the moment of the failure and often hold no id (mig-domain 2.2). At most 100 of them are read, in 2.5 s.
 */
export function copiesBySignature(id: MigId, signatures: readonly string[]): Promise<SpoolSearch> {
  const made = idCreatedAt(id)
  if (!made || signatures.length === 0) return Promise.resolve({ state: 'none' })
  return patiently(async () => {
    const listed = await spool().ask<'list'>({
      command: 'list',
      kind: 'action',
      state: 'invalid',
      size: STAMPS,
      // A second of grace: an id holds whole seconds, rounded down.
      after: `${Math.floor(made.getTime() / 1000) - 1}000000000.json`,
    })
    if (!listed.ok)
      return NOT_THERE.has(listed.reason) ? { state: 'none' } : { state: 'away', sentence: listed.sentence }
    const names = listed.value.rows.map((row) => row.name).filter((name) => /^\d{19}\.json$/.test(name))
    for (let i = 0; i < names.length; i += AT_ONCE) {
      const found = await gather(names.slice(i, i + AT_ONCE).map((file) => ({ state: 'invalid' as const, file })))
      if (found.state === 'away') return found
      const copies = found.state === 'found' ? found.copies.filter((copy) => carries(copy, signatures)) : []
      if (copies.length > 0) return { state: 'found', copies }
    }
    return { state: 'none' }
  })
}

/** Whether a copy carries one of these signatures. */
export function carries(copy: SpoolCopy, signatures: readonly string[]): boolean {
  return copy.signatures.some((text) => signatures.includes(text))
}

const spool = () => spoolClient(env().spoolDir)

async function patiently(search: () => Promise<SpoolSearch>): Promise<SpoolSearch> {
  const found = await unlessAway(env().spoolDir, PATIENCE_MS, search, (one) =>
    one.state === 'away' ? one.sentence : null,
  )
  return 'answer' in found ? found.answer : { state: 'away', sentence: found.away }
}

async function gather(files: { state: SpoolCopy['state']; file: string }[]): Promise<SpoolSearch> {
  const answers = await Promise.all(
    files.map(({ state, file }) =>
      spool().ask<'read'>({ command: 'read', kind: 'action', state, name: file, cap: CAP }),
    ),
  )
  const copies: SpoolCopy[] = []
  let failure: SpoolFailure | null = null
  for (const [i, answer] of answers.entries()) {
    const place = files[i]
    if (!answer.ok) {
      if (answer.reason === 'absent-root' || answer.reason === 'unreadable-root' || answer.reason === 'slow')
        failure ??= answer
      continue
    }
    const copy = place && readCopy(answer.value.bytes)
    if (copy) copies.push({ ...copy, ...place })
  }
  if (copies.length > 0) return { state: 'found', copies }
  return failure ? { state: 'away', sentence: failure.sentence } : { state: 'none' }
}

/** The signed fields and the signatures of an action's file; null for a husk and for what is no action. Never throws. */
export function readCopy(bytes: Uint8Array): (SignedCopy & { signatures: string[] }) | null {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8').decode(bytes))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  // As Go reads it: keys without regard to case, the last one counts.
  const found: Record<string, unknown> = Object.create(null)
  for (const [key, one] of Object.entries(value)) found[key.toLowerCase()] = one
  const { name, target, validfrom, expireafter, operations, pgpsignatures } = found
  if (typeof name !== 'string' || typeof target !== 'string' || !Array.isArray(operations)) return null
  if (typeof validfrom !== 'string' || typeof expireafter !== 'string' || !Array.isArray(pgpsignatures)) return null
  const from = parseRfc3339(validfrom)
  const until = parseRfc3339(expireafter)
  if (!from || !until) return null
  const signatures = pgpsignatures.filter((text): text is string => typeof text === 'string')
  return {
    name: name.toWellFormed(),
    target: target.toWellFormed(),
    validfrom: from,
    expireafter: until,
    operations,
    signatures,
    digest: createHash('sha256').update(bytes).digest('base64'),
  }
}
