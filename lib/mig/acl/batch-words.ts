import type { BatchKind } from './change'

/** How a batch came about, in words. */
export const BATCH_WORDS: Readonly<Record<BatchKind, string>> = {
  save: 'saved by hand',
  bulk: 'set by filter',
  import: 'imported',
  'carry-over': 'carried over',
  revert: 'revert',
}
