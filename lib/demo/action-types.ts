import type { MigId } from '@/lib/mig/wire/id'
import type { Operation } from './action-templates'
import type { Micros } from './clock'
import type { AgentRow } from './fleet'

/** A date column of an action: a moment, MIG's "not yet", Go's zero time, or the year 9 of later APIs. */
export type ActionTime = Micros | 'not yet' | 'zero' | 'year 9'

export type Counters = {
  sent: number
  returned: number
  done: number
  cancelled: number
  failed: number
  timeout: number
}

/** What happened to an action, beyond its status. */
export type ActionStory =
  | 'plain'
  | 'late answers'
  | 'refused for weight'
  | 'two signers'
  | 'upgrade'
  | 'destroy'
  | 'later MIG'
  | 'first syntax'
  | 'replay'
  | 'scheduler destroy'
  | 'expired when processed'
  | 'no agent matched'
  | 'bad target'
  | 'starts later'
  | 'just submitted'
  | 'unknown investigator'
  | 'expired while waiting'
  | 'altered after signing'
  | 'signed by a stranger'
  | 'answers coming in'
  | 'stuck by a double count'
  | 'lost commands'
  | 'lost spool'

export type DemoAction = {
  id: MigId
  story: ActionStory
  name: string
  target: string
  description: string | null
  threat: string | null
  operations: Operation[]
  /** When it was signed and handed in. */
  submitted: Micros
  /** Exactly the bytes that are signed. */
  operationsJson: string
  /** Nanoseconds since 1970, as they are in the signed text; the table has them rounded to microseconds. */
  validfrom: bigint
  expireafter: bigint
  start: ActionTime
  finish: ActionTime
  lastUpdate: ActionTime
  status: string
  counters: Counters
  syntaxversion: number
  format: 'A' | 'B'
  signers: string[]
  /** Whether the signatures fit: altered texts and strangers' keys do not. */
  signed: 'well' | 'altered' | 'by a stranger'
  signatureRows: boolean
  replayOf?: DemoAction
  /** One line each, as MIG stores them; made after everything else. */
  signatures: string[]
}

export type DemoCommand = {
  id: MigId
  action: DemoAction
  agent: AgentRow
  status: string
  /** The JSON text of the column. */
  results: string
  start: Micros
  finish: Micros | null
}

export type Actions = { actions: DemoAction[]; commands: DemoCommand[] }
