import type { BatchKind } from './change'

/** How a batch came about, in words. */
export const BATCH_WORDS: Readonly<Record<BatchKind, string>> = {
  save: 'saved by hand',
  bulk: 'set by filter',
  import: 'imported',
  'carry-over': 'carried over',
  revert: 'revert',
}

/** Said with every save: the tables hold what is wanted, not what agents do. */
export const AGENTS_FOLLOW = 'Agents follow their own ACL file; no code of MIG reads these tables.'
