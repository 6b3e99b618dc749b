/** The eight directories of `mig-data.rst`, as MIG names them. */
export const SPOOL_KINDS = ['action', 'command'] as const
export type SpoolKind = (typeof SPOOL_KINDS)[number]

export type SpoolReason =
  | 'absent-root'
  | 'unreadable-root'
  | 'absent'
  | 'unreadable'
  | 'link'
  | 'not-directory'
  | 'vanished'
  | 'not-regular'
  | 'too-big'
  | 'bad-name'
  | 'bad-state'
  | 'slow'
  | 'not-scanned'
  | 'scan-gone'
  | 'broken'

/** Why the spool gave no answer, as a word for the program and a sentence for the person. */
export type SpoolFailure = {
  ok: false
  reason: SpoolReason
  sentence: string
  /** What is known of the file that was refused, when it was looked at. */
  facts?: { kind: EntryKind; size: number; mtimeNs: bigint; mode: number; links: number }
}
export type SpoolAnswer<T> = { ok: true; value: T } | SpoolFailure

export type EntryKind = 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'device' | 'unknown' | 'vanished'

/** The word for an entry that is no regular file. */
export const ENTRY_KIND_LABELS: Record<EntryKind, string> = {
  file: 'file',
  directory: 'directory',
  link: 'symbolic link',
  fifo: 'named pipe',
  socket: 'socket',
  device: 'device',
  unknown: 'unknown kind',
  vanished: 'gone meanwhile',
}
