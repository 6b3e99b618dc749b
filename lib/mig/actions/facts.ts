import type { Verdict } from '@/lib/mig/signatures/verdict'
import type { VintageKind } from '@/lib/mig/vintage'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import type { Instant } from '@/lib/mig/wire/time'
import type { RowFacts } from './anomalies'
import type { CommandFigures } from './figures'
import type { Comparison } from './target'

/** A file of this action in the spool. */
export type ActionFile = { directory: SpoolDirectory; name: string; modified: Instant | null }

/** A file that the scheduler set aside in action/invalid under the moment of its failure. */
export type SetAside = {
  name: string
  at: Instant
  /** `same`: it carries this action's id or signature. `unreadable`: it is no JSON, and only its moment fits. */
  match: 'same' | 'unreadable'
}

/** What the spool says of an action, or why nothing is known of it. */
export type SpoolEvidence =
  | { checked: false; why: string }
  | {
      checked: true
      /** `<id>.json` where there is one. */
      files: ActionFile[]
      setAside: SetAside[]
      /** Files `<id>-….json` in command/inflight; null when that directory was not or could not be listed. */
      commandsInflight: number | null
      /** The oldest moment that a name in command/returned carries, null when there is none. */
      oldestReturned: Instant | null
      /** Files that wait in action/new, and the oldest moment that their names carry. */
      waiting: { files: number; oldest: Instant | null } | null
    }

/** Counting stops beyond this many agents. */
export const AGENT_LIMIT = 1_000

/**
 * What the agents table says of the window in which the scheduler looked for agents. It keeps only the last heartbeat of each
 * process, so that those seen later as well can only be supposed to have been seen within it.
 */
export type FleetEvidence = {
  /** The window's end, and its length in milliseconds. */
  at: Instant
  timeout: number
  /** Processes that may have been seen in the window: begun before its end, last seen after its beginning. At most AGENT_LIMIT + 1. */
  possible: number
  /** Of those, whose last heartbeat lies in the window: they were seen. At most AGENT_LIMIT + 1. */
  certain: number
  /** How the target reads when it is plain comparisons, and how many of the possible and the certain agents it fits; null when it is more. */
  comparison: { parts: Comparison[]; possible: number; certain: number } | null
}

/** What checking a signature of the action said. */
export type SignatureEvidence = { verdict: Verdict; sentence: string; keyId: string | null }

/** Everything that the rules about one action look at. */
export type ActionFacts = {
  action: RowFacts & {
    name: string
    target: string
    syntaxversion: number | null
    finishtime: Instant | null
    lastupdatetime: Instant | null
  }
  /** null when they could not be counted in time. */
  figures: CommandFigures | null
  signatureRows: number
  spool: SpoolEvidence
  fleet: FleetEvidence | null
  /** null when they were not checked, or not in time. */
  signatures: SignatureEvidence[] | null
  /** The newest heartbeat of all agents, and whether that is too old for a scheduler that runs. */
  silence: { newest: Instant | null; silent: boolean }
  now: Instant
  timings: { collectorPeriod: number; spoolDeleteAfter: number }
  /** The layout of the tables, and which columns of agents a target may name. */
  vintage: { kind: VintageKind; agentColumns: readonly string[] }
}
