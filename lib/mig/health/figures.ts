import { readTags } from '@/lib/mig/agents/schema'
import { ENDPOINT_STATES, type EndpointState } from '@/lib/mig/agents/status'
import type { Instant } from '@/lib/mig/wire/time'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The windows of the two documented questions (mig-data.rst), in milliseconds. */
export const DOCUMENTED = { offlineSeen: 30 * DAY, offlineSilent: 5 * MINUTE, doublesWithin: 10 * MINUTE } as const

/** Ages of a last heartbeat, in milliseconds, between which silent endpoints are counted. */
export const AGE_EDGES = [
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  HOUR,
  3 * HOUR,
  12 * HOUR,
  DAY,
  3 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
] as const

/** How many endpoints have a value, and how many of them are online or late. */
export type ValueCount = { value: string; n: number; alive: number }

/** Endpoints whose last heartbeat is older than `from` and at most `to` milliseconds old; the last one has no end. */
export type AgeCount = { from: number; to: number | null; n: number }

/** The whole fleet counted at one moment. */
export type Figures = {
  endpoints: number
  byState: Record<EndpointState, number>
  /** Agent rows that beat within two periods. */
  processes: number
  /** The documented offline question: names, and the same by endpoint. */
  offlineNames: number
  offlineEndpoints: number
  /** The documented question for doubles, and those of which two processes really live (mig-domain 5.6). */
  doubles: number
  doublesAlive: number
  /** The newest heartbeat that is not ahead of the clock. */
  newest: Instant | null
  /** The commonest values, at most 50; the parts of all add up to `endpoints`. */
  byOs: ValueCount[]
  byVersion: ValueCount[]
  /** The commonest keys of tags with their commonest values, at most 20 of 20. */
  byTag: { key: string; values: ValueCount[]; others: number }[]
  /** Endpoints whose tags were too long or too various to be counted. */
  tagsNotCounted: number
  /** When the tags were counted: that costs as much as the rest, so a count of them is kept for `TAGS_FOR`. */
  tagsAt: Instant
  ages: AgeCount[]
}

/** What is known of tags. */
export type TagFigures = Pick<Figures, 'byTag' | 'tagsNotCounted' | 'tagsAt'>

/** How long a count of tags is kept, in milliseconds. */
export const TAGS_FOR = 10 * MINUTE

/** The row of `countFleetSql`, as the pool gives it; without tags when these were not asked for. */
export type RawFigures = {
  by_state: string
  by_age: string
  by_os: string
  by_version: string
  by_tags: string | null
  tag_texts: string | null
  long_tags: string | null
  processes: string
  doubles: string
  doubles_alive: string
  offline_names: string
  newest: Instant | null
}

const TAG_KEYS = 20
const TAG_VALUES = 20
const LONGEST_VALUE = 200

const byCount = (a: ValueCount, b: ValueCount) => b.n - a.n || (a.value < b.value ? -1 : 1)

/** The figures out of the row that the count gave at this moment, with the tags of an earlier count when it has none. */
export function figuresOf(raw: RawFigures, at: Instant, earlierTags: TagFigures | null): Figures {
  const states = JSON.parse(raw.by_state) as Record<string, number>
  const byState = Object.fromEntries(ENDPOINT_STATES.map((state) => [state, states[state] ?? 0])) as Figures['byState']
  const endpoints = Object.values(byState).reduce((sum, n) => sum + n, 0)
  const ages = agesOf(JSON.parse(raw.by_age))
  const tags = raw.by_tags === null && earlierTags ? earlierTags : tagFiguresOf(raw, endpoints, at)
  return {
    endpoints,
    byState,
    processes: Number(raw.processes),
    offlineNames: Number(raw.offline_names),
    offlineEndpoints: ages.reduce((sum, { to, n }) => (to === null ? sum : sum + n), 0),
    doubles: Number(raw.doubles),
    doublesAlive: Number(raw.doubles_alive),
    newest: raw.newest,
    byOs: JSON.parse(raw.by_os),
    byVersion: JSON.parse(raw.by_version),
    byTag: tags.byTag,
    tagsNotCounted: tags.tagsNotCounted,
    tagsAt: tags.tagsAt,
    ages,
  }
}

function tagFiguresOf(raw: RawFigures, endpoints: number, at: Instant): TagFigures {
  const tags = JSON.parse(raw.by_tags ?? '[]') as { tags: string; n: number; alive: number }[]
  const { byTag, unread } = tagsOf(tags)
  const counted = tags.reduce((sum, { n }) => sum + n, 0)
  const cut = Number(raw.tag_texts) > tags.length
  const long = Number(raw.long_tags)
  return {
    byTag,
    tagsNotCounted: unread + long + (cut ? Math.max(0, endpoints - counted - long) : 0),
    tagsAt: at,
  }
}

/** The ages out of `width_bucket` over the moments of the edges: 0 is older than all, the last one is younger than all. */
export function agesOf(buckets: Record<string, number>): AgeCount[] {
  const last = AGE_EDGES.length - 1
  return AGE_EDGES.map((from, i) => ({ from, to: AGE_EDGES[i + 1] ?? null, n: buckets[String(last - i)] ?? 0 }))
}

function tagsOf(texts: { tags: string; n: number; alive: number }[]) {
  const keys = new Map<string, Map<string, ValueCount>>()
  let unread = 0
  for (const { tags, n, alive } of texts) {
    const reading = readTags(tags)
    if (reading.kind === 'raw') unread += n
    if (reading.kind !== 'known') continue
    for (const { key, value } of reading.value) {
      const name = storable(key)
      const text = storable(value)
      const values = keys.get(name) ?? new Map<string, ValueCount>()
      keys.set(name, values)
      const count = values.get(text) ?? { value: text, n: 0, alive: 0 }
      values.set(text, count)
      count.n += n
      count.alive += alive
    }
  }
  const total = (values: ValueCount[]) => values.reduce((sum, { n }) => sum + n, 0)
  const byTag = [...keys]
    .map(([key, values]) => {
      const sorted = [...values.values()].sort(byCount)
      return { key, values: sorted.slice(0, TAG_VALUES), others: total(sorted.slice(TAG_VALUES)), all: total(sorted) }
    })
    .sort((a, b) => b.all - a.all || (a.key < b.key ? -1 : 1))
    .slice(0, TAG_KEYS)
    .map(({ key, values, others }) => ({ key, values, others }))
  return { byTag, unread }
}

/** What PostgreSQL's jsonb can hold: no NUL, no half of a pair. */
function storable(text: string): string {
  return text.slice(0, LONGEST_VALUE).replaceAll('\0', '\uFFFD').toWellFormed()
}
