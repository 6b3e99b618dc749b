import { parseGoDuration } from '@/lib/mig/wire/duration'
import { type MigId, readIdText } from '@/lib/mig/wire/id'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { type Cursor, printCursor, readCursor } from '@/lib/page'
import { isViewList } from '@/lib/views/lists'

/** What a URL or a form gives: Next's searchParams, or `Object.fromEntries` of a query string. */
export type RawParams = Record<string, string | string[] | undefined>

type Read<T> = { value: T } | { problem: string }

/** How one filter reads its URL values; `default` is what an absent filter means. */
export type Filter<T> = {
  label: string
  read(values: string[]): Read<T>
  default?: T
}

const MAX_TEXT = 300

/** A free text filter, compared without regard to case by the query. */
export function textFilter(label: string): Filter<string> {
  return {
    label,
    read: ([text = '']) =>
      text.length > MAX_TEXT
        ? { problem: `is longer than ${MAX_TEXT} characters` }
        : text.includes('\0')
          ? { problem: 'holds a NUL character' }
          : { value: text },
  }
}

/** A filter with a closed list of values, several at once. */
export function choiceFilter<const V extends string>(label: string, values: readonly V[]): Filter<V[]> {
  return {
    label,
    read(texts) {
      const chosen = texts.flatMap((t) => t.split(','))
      const unknown = chosen.find((t) => !values.includes(t as V))
      if (unknown !== undefined) return { problem: `knows ${values.join(', ')}, not "${unknown.slice(0, 40)}"` }
      return { value: [...new Set(chosen as V[])] }
    },
  }
}

/** One value of a closed list, with a default that stands for an absent filter. */
export function modeFilter<const V extends string>(
  label: string,
  values: readonly V[],
  fallback: NoInfer<V>,
): Filter<V> {
  return {
    label,
    default: fallback,
    read: ([text = '']) =>
      values.includes(text as V)
        ? { value: text as V }
        : { problem: `knows ${values.join(', ')}, not "${text.slice(0, 40)}"` },
  }
}

/** A MIG id in any of its four text forms. */
export function idFilter(label: string): Filter<{ id: MigId; exact: boolean }> {
  return {
    label,
    read([text = '']) {
      const id = readIdText(text.trim())
      return id ? { value: id } : { problem: 'takes an id, such as 6059408362783470592' }
    },
  }
}

/** A span of time in MIG's own notation and days ("5m", "72h", "30d"), in milliseconds. */
export function spanFilter(label: string, fallback?: number): Filter<number> {
  return {
    label,
    default: fallback,
    read([text = '']) {
      const days = /^(\d{1,5})d$/.exec(text.trim())
      const ms = days ? Number(days[1]) * 86_400_000 : parseGoDuration(text.trim())
      return ms !== null && ms > 0 && ms <= 20_000 * 86_400_000
        ? { value: ms }
        : { problem: 'takes a span of time, such as 5m, 12h or 30d' }
    },
  }
}

/** A moment in RFC 3339. */
export function momentFilter(label: string): Filter<Instant> {
  return {
    label,
    read([text = '']) {
      const at = parseRfc3339(/Z|[+-]\d\d:\d\d$/.test(text) ? text : `${text}${text.length === 16 ? ':00' : ''}Z`)
      return at ? { value: at } : { problem: 'takes a moment, such as 2014-09-15T21:18:00Z' }
    },
  }
}

/** A key of a JSON object, or `key=value`; several at once must all hold. */
export function pairFilter(label: string): Filter<{ key: string; value: string | null }[]> {
  return {
    label,
    read(texts) {
      const pairs = texts.map((text) => {
        const at = text.indexOf('=')
        return at < 0 ? { key: text.trim(), value: null } : { key: text.slice(0, at).trim(), value: text.slice(at + 1) }
      })
      if (pairs.some(({ key }) => key === '')) return { problem: 'takes a key, or key=value' }
      if (texts.some((text) => text.includes('\0'))) return { problem: 'holds a NUL character' }
      if (texts.length > 20 || texts.some((text) => text.length > MAX_TEXT))
        return { problem: `takes at most 20 pairs of ${MAX_TEXT} characters` }
      return { value: pairs }
    },
  }
}

/** A switch: present as "1" or absent. */
export function flagFilter(label: string): Filter<boolean> {
  return { label, read: ([text = '']) => (text === '1' ? { value: true } : { problem: 'is either 1 or absent' }) }
}

export const PAGE_SIZES = [25, 50, 100, 200, 1000] as const
const DEFAULT_SIZE = 50
const COMMON = new Set(['sort', 'size', 'columns', 'after', 'before'])
/** Parameters beside the list's own, that exports and the count of new rows add. */
const BESIDE = new Set(['format', 'ids', 'than', 'view'])

export type Filters = Record<string, Filter<never> | Filter<unknown>>
type FilterValue<F> = F extends Filter<infer T> ? T : never
type Values<F> = {
  [K in keyof F]: F[K] extends { default: infer D }
    ? undefined extends D
      ? FilterValue<F[K]> | undefined
      : FilterValue<F[K]>
    : FilterValue<F[K]> | undefined
}

export type ListParams<F = unknown> = {
  filters: Values<F>
  /** The texts of the filters that the URL holds, for forms and links. */
  given: Record<string, string[]>
  sort: { key: string; descending: boolean }
  size: number
  /** Ids of the shown columns, or null for the list's own choice. */
  columns: string[] | null
  /** The saved view that the address names, or 'all' for none at all. */
  view?: string
  after?: Cursor
  before?: Cursor
}

export type ParsedParams<F> = { ok: true; params: ListParams<F> } | { ok: false; problem: string }

export type ListChanges = {
  /** Filter texts to set; null takes a filter away. */
  filters?: Record<string, string | string[] | null>
  sort?: { key: string; descending: boolean }
  size?: number
  columns?: string[] | null
  after?: Cursor | null
  before?: Cursor | null
}

/** A list's URL state: path, filters, sort keys. Page, export and links read and write it only through this. */
export type ListDefinition<F> = {
  path: string
  /** The address of all its rows; `path` alone opens the viewer's default view where there is one. */
  all: string
  filters: F
  sorts: readonly string[]
  /** How many rows a page may have. */
  sizes: readonly number[]
  defaultSort: { key: string; descending: boolean }
  parse(raw: RawParams): ParsedParams<F>
  /** The list's address with these changes; changing what is listed goes back to the first page. */
  href(params: ListParams<F>, changes?: ListChanges, path?: string): string
}

/**
 * Defines a list's URL state. Unknown sorts and sizes fall back to the default;
 * an unknown or malformed filter is a problem, never ignored: a filter that is dropped would show rows that were not asked for.
 */
export function defineList<const F extends Filters>(definition: {
  path: string
  filters: F
  sorts: readonly string[]
  defaultSort: `-${string}` | (string & {})
  /** The largest page: 1,000 where a row is cheap to read and to draw. */
  most?: 200 | 1000
}): ListDefinition<F> {
  const defaultSort = readSort(definition.defaultSort)
  const sizes = PAGE_SIZES.filter((size) => size <= (definition.most ?? 200))
  return {
    ...definition,
    all: allRows(definition.path),
    sizes,
    defaultSort,
    parse(raw) {
      const texts: Record<string, string[]> = {}
      for (const [name, value] of Object.entries(raw)) {
        if (value === undefined) continue
        const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== '')
        if (values.length) texts[name] = values
      }
      const filters: Record<string, unknown> = {}
      const given: Record<string, string[]> = {}
      for (const [name, filter] of Object.entries(definition.filters))
        filters[name] = (filter as Filter<unknown>).default
      for (const [name, values] of Object.entries(texts)) {
        if (COMMON.has(name) || BESIDE.has(name)) continue
        const filter = Object.hasOwn(definition.filters, name)
          ? (definition.filters[name] as Filter<unknown>)
          : undefined
        if (!filter)
          return {
            ok: false,
            problem: `This list has no filter "${name.slice(0, 40)}". It has ${Object.keys(definition.filters).join(', ')}.`,
          }
        const result = filter.read(values)
        if ('problem' in result) return { ok: false, problem: `The filter "${name}" ${result.problem}.` }
        filters[name] = result.value
        given[name] = values
      }
      const cursors: { after?: Cursor; before?: Cursor } = {}
      for (const side of ['after', 'before'] as const) {
        const text = texts[side]?.[0]
        if (text === undefined) continue
        const cursor = readCursor(text)
        if (!cursor) return { ok: false, problem: 'This page address is broken: start again from the first page.' }
        cursors[side] = cursor
      }
      const sort = readSort(texts.sort?.[0] ?? '')
      const size = Number(texts.size?.[0])
      const view = texts.view?.[0] ?? ''
      const columns = texts.columns?.flatMap((c) => c.split(',')).filter((c) => /^[\w-]{1,40}$/.test(c))
      return {
        ok: true,
        params: {
          filters: filters as Values<F>,
          given,
          sort: definition.sorts.includes(sort.key) ? sort : defaultSort,
          size: (sizes as readonly number[]).includes(size) ? size : DEFAULT_SIZE,
          columns: columns?.length ? columns : null,
          ...(/^(all|\d{1,18})$/.test(view) ? { view } : {}),
          ...cursors,
        },
      }
    },
    href(params, changes = {}, path = definition.path) {
      const query = new URLSearchParams()
      const texts = { ...params.given, ...changes.filters }
      for (const name of Object.keys(definition.filters)) {
        const value = texts[name]
        if (value === null || value === undefined) continue
        for (const text of Array.isArray(value) ? value : [value]) if (text !== '') query.append(name, text)
      }
      const sort = changes.sort ?? params.sort
      if (sort.key !== defaultSort.key || sort.descending !== defaultSort.descending)
        query.set('sort', `${sort.descending ? '-' : ''}${sort.key}`)
      const size = changes.size ?? params.size
      if (size !== DEFAULT_SIZE) query.set('size', String(size))
      const columns = changes.columns === undefined ? params.columns : changes.columns
      if (columns) query.set('columns', columns.join(','))
      if (changes.after) query.set('after', printCursor(changes.after))
      if (changes.before) query.set('before', printCursor(changes.before))
      const text = query.toString().replaceAll('%2C', ',')
      return text ? `${path}?${text}` : allRows(path)
    },
  }
}

// Any parameter leads past a default view; an address without one would open it.
const allRows = (path: string) => (isViewList(path) ? `${path}?view=all` : path)

function readSort(text: string): { key: string; descending: boolean } {
  return text.startsWith('-') ? { key: text.slice(1), descending: true } : { key: text, descending: false }
}
