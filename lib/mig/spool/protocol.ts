import type { EntryKind } from './answer'

/** Which names a list is of: all of it must fit. Texts are latin1; moments are Unix seconds. */
export type NameMatch = {
  contains?: string
  prefix?: string
  /** A number in the name is one of these, or the same double as `rounded`. */
  ids?: string[]
  rounded?: number
  madeBefore?: number
  madeAfter?: number
}

export type ContentMatch = { action?: string; agent?: string; status?: string; broken?: boolean }

/** What a list may be in order of; the last two are known from the background scan only. */
export type SpoolOrder = 'file' | 'moment' | 'modified' | 'bytes'

export type SpoolRequest =
  | { command: 'root' }
  | { command: 'survey'; kind: string; state: string }
  | {
      command: 'list'
      kind: string
      state: string
      size: number
      order?: SpoolOrder
      descending?: boolean
      /** Names as latin1 text: the page begins behind, or ends before; with the row's key in orders that have one. */
      after?: string
      afterKey?: number
      before?: string
      beforeKey?: number
      match?: NameMatch
      /** Bounds that the background scan knows: bytes, and milliseconds of the last writing. */
      minBytes?: number
      maxBytes?: number
      writtenBefore?: number
      writtenAfter?: number
      /** Looks into a bounded number of files. */
      content?: ContentMatch
      /** Keeps the scan that the list is made of; `scan` is one that was kept. */
      hold?: boolean
      scan?: number
      /** Names only: nothing is looked at, up to 50,000 of them. */
      bare?: boolean
    }
  | { command: 'stat'; kind: string; state: string; names: string[] }
  | { command: 'overdue'; kind: string; state: string; before: number; limit: number }
  | { command: 'tally'; kind: string; state: string; ids: string[] }
  | { command: 'peek'; kind: string; state: string; names: string[] }
  | { command: 'scan'; edges: number[] }
  /** Tells of changes of `file`, too, where the system does not report them. */
  | { command: 'token'; file?: { kind: string; state: string; name: string } }
  | { command: 'read'; kind: string; state: string; name: string; cap: number }

export type FileFacts = { size: number; mtimeNs: bigint; mode: number; links: number }
/** `key` is the place in an order other than by name, null without one. */
export type Entry = { name: string; kind: EntryKind; key: number | null } & (
  | FileFacts
  | { [K in keyof FileFacts]: null }
)

type PeekedId = { digits: string; exact: boolean }

/** What a file says in short; `broken` is a file that MIG cannot use. */
export type PeekedFile = {
  state: 'read' | 'broken' | 'too-big' | 'unread'
  id: PeekedId | null
  actionId: PeekedId | null
  name: string | null
  agent: string | null
  status: string | null
  signature: string | null
  mtimeNs: bigint | null
}

/** What the background scan found in one state; `older` are the files written before each of the edges asked for. */
export type ScannedState = {
  kind: string
  state: string
  /** Unix milliseconds of its end by this machine's clock, and how long it took. */
  at: number
  took: number
  files: number
  bytes: number
  isCut: boolean
  older: number[]
  oldest: number | null
  newest: number | null
}

export type SpoolReplies = {
  root: { besides: string[]; besidesCount: number }
  survey: {
    files: number
    others: number
    strangers: number
    strangerNames: string[]
    extremes: string[]
    stamped: { count: number; names: string[] }
  }
  list: {
    total: number
    matching: number
    preceding: number
    rows: Entry[]
    /** When the background scan saw the files, if the list is made of it. */
    scannedAt: number | null
    /** The background scan keeps so many files and no more: the list is not of all. */
    isCut: boolean
    /** The number under which the scan is kept. */
    scan: number | null
    /** How far a look into files went; `unread` of them are too big or may not be read, `next` is where to go on. */
    looked: { from: number; files: number; unread: number; next: { name: string; key: number | null } | null } | null
  }
  stat: { rows: Entry[] }
  overdue: { total: number; looked: number; overdue: number; oldest: bigint | null }
  tally: { counts: { id: string; files: number }[] }
  peek: { rows: { name: string; facts: PeekedFile | null }[] }
  scan: { states: ScannedState[]; running: { state: string; seen: number } | null }
  token: { token: string }
  read: FileFacts & { bytes: Uint8Array; changed: boolean }
}
