import type { RawParams } from '@/lib/list-params'
import type { MigId } from '@/lib/mig/wire/id'

/** URL state of one command's page. */
export type CommandView = {
  /** By module, or as stored. */
  view: 'modules' | 'stored'
  /** The part of the stored text that is shown, as places from the root down, and its first member. */
  part: number[]
  from: number
  /** What is looked for in the stored text; empty for nothing. */
  find: string
  /** The entry whose table begins with row `row`. */
  entry: number | null
  row: number
}

const PLACES = /^\d{1,8}(?:\.\d{1,8})*$/
const PLACE = /^\d{1,8}$/
const FIND = 200

const only = (raw: RawParams, name: string): string | undefined => {
  const value = raw[name]
  return (Array.isArray(value) ? value[0] : value) || undefined
}

/** The view that an address asks for, or a sentence when a part of it cannot be understood. */
export function readCommandView(raw: RawParams): { ok: true; view: CommandView } | { ok: false; problem: string } {
  const part = only(raw, 'part')
  const find = only(raw, 'find') ?? ''
  if (part !== undefined && !PLACES.test(part))
    return { ok: false, problem: 'A part is written as places with dots between them, such as part=0.3.1.' }
  for (const name of ['from', 'entry', 'row']) {
    const value = only(raw, name)
    if (value !== undefined && !PLACE.test(value)) return { ok: false, problem: `"${name}" is a number from 0 on.` }
  }
  if (find.length > FIND) return { ok: false, problem: `Look for at most ${FIND} characters.` }
  const number = (name: string) => Number(only(raw, name) ?? '0')
  const wanted = only(raw, 'view')
  if (wanted !== undefined && wanted !== 'stored' && wanted !== 'modules')
    return { ok: false, problem: 'A view is view=modules or view=stored.' }
  return {
    ok: true,
    view: {
      view: wanted ?? 'modules',
      part: part === undefined ? [] : part.split('.').map(Number),
      from: number('from'),
      find,
      entry: only(raw, 'entry') === undefined ? null : number('entry'),
      row: number('row'),
    },
  }
}

/** The address of a command's page in some view; what is not given is left out. */
export function commandHref(id: MigId, view: Partial<CommandView> = {}): `/commands/${string}` {
  const query = new URLSearchParams()
  if (view.view === 'stored') query.set('view', 'stored')
  if (view.part?.length) query.set('part', view.part.join('.'))
  if (view.from) query.set('from', String(view.from))
  if (view.find) query.set('find', view.find)
  if (view.entry != null && view.row) {
    query.set('entry', String(view.entry))
    query.set('row', String(view.row))
  }
  const text = query.toString()
  return `/commands/${id}${text ? `?${text}` : ''}`
}
