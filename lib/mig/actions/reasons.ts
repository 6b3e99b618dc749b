import { compareInstants, type Instant } from '@/lib/mig/wire/time'

/** `certain`: it follows from what is stored. `likely`: nothing else that is known fits. `possible`: it cannot be ruled out. */
export const GRADES = ['certain', 'likely', 'possible'] as const
export type Grade = (typeof GRADES)[number]

export type Reason = {
  key: string
  grade: Grade
  title: string
  /** What it is read from, one fact each. */
  evidence: string[]
  todo: string | null
}

/** PostgreSQL takes 65,535 parameters a statement; a command of the batch has seven (mig-domain 1.4). */
export const BATCH_LIMIT = 9_300

/** True when both moments are known and the first is the earlier one. */
export const isBefore = (a: Instant | null, b: Instant | null) => a !== null && b !== null && compareInstants(a, b) < 0
