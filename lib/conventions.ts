// How the viewer writes numbers and dates. Only the server asks Intl and tells the browser, so that both write alike, whatever
// their versions of Intl know.

export type Conventions = {
  /** The language and region that they are of: "de-DE". */
  locale: string
  /** What stands between groups of digits, and before the fraction. */
  group: string
  decimal: string
  /** The size of the groups after the last three digits: 2 in India. */
  further: number
  /** Numbers of fewer digits have no groups. */
  grouped: number
  /** The order of a date: "15 Sep 2014", "Sep 15, 2014", "2014 Sep 15". */
  order: 'dmy' | 'mdy' | 'ymd'
}

/** What is written where nobody asks, and in all that is read by programs. */
export const PLAIN: Conventions = { locale: 'en-GB', group: ',', decimal: '.', further: 3, grouped: 4, order: 'dmy' }

/** Holds "plain" while the viewer wants PLAIN instead of what the browser says. */
export const CONVENTIONS_COOKIE = 'formats'

/** The request under way, as scripts/preload.cjs holds it. */
type Asking = { languages?: string; cookie?: string; own?: Conventions; isPlain?: boolean }
const ASKING = Symbol.for('mig-dashboard.asking')

function asking(): Asking | undefined {
  return (globalThis as { [ASKING]?: { getStore(): Asking | undefined } })[ASKING]?.getStore()
}

const known = new Map<string, Conventions | null>()
const MOST_KNOWN = 500

/** The conventions of a language tag, or null when it is none that this runtime knows. */
export function conventionsOf(tag: string): Conventions | null {
  const found = known.get(tag)
  if (found !== undefined) return found
  const made = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag) ? read(tag) : null
  if (known.size < MOST_KNOWN) known.set(tag, made)
  return made
}

// Digits are 0–9 and the calendar is Gregorian everywhere: ids and UTC stand beside them.
function read(tag: string): Conventions | null {
  let locale: string | undefined
  try {
    locale = Intl.NumberFormat.supportedLocalesOf(tag)[0]
  } catch {
    return null
  }
  if (!locale) return null
  const numbers = new Intl.NumberFormat(locale, { numberingSystem: 'latn' })
  const parts = numbers.formatToParts(1234567890.5)
  const integers = parts.filter(({ type }) => type === 'integer').map(({ value }) => value.length)
  const dates = new Intl.DateTimeFormat(locale, {
    calendar: 'gregory',
    numberingSystem: 'latn',
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  })
  const letters = dates.formatToParts(0).flatMap(({ type }) => (/^(day|month|year)$/.test(type) ? [type[0]] : []))
  const order = letters.join('')
  return {
    locale,
    group: parts.find(({ type }) => type === 'group')?.value ?? '',
    decimal: parts.find(({ type }) => type === 'decimal')?.value ?? '.',
    further: integers.length > 2 ? (integers.at(-2) ?? 3) : 3,
    grouped: numbers.formatToParts(1234).some(({ type }) => type === 'group') ? 4 : 5,
    order: order === 'mdy' || order === 'ymd' ? order : 'dmy',
  }
}

/** The conventions of the first language of an Accept-Language header that is known, else PLAIN. */
export function acceptedConventions(languages: string | undefined): Conventions {
  const wanted = (languages ?? '').slice(0, 300).split(',', 20)
  const ranked = wanted.map((entry) => {
    const [tag = '', ...rest] = entry.split(';')
    const quality = /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(rest.join(';'))?.[1]
    return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality) }
  })
  for (const { tag, quality } of ranked.sort((a, b) => b.quality - a.quality)) {
    const found = quality > 0 ? conventionsOf(tag) : null
    if (found) return found
  }
  return PLAIN
}

/** On the server: what the browser says, and whether the viewer wants PLAIN instead. */
export function askedConventions(): { own: Conventions; isPlain: boolean } {
  const request = asking()
  if (!request) return { own: PLAIN, isPlain: false }
  request.own ??= acceptedConventions(request.languages)
  request.isPlain ??= (request.cookie ?? '').split('; ').includes(`${CONVENTIONS_COOKIE}=plain`)
  return { own: request.own, isPlain: request.isPlain }
}

/** From here on this request is answered in PLAIN, or again as the browser says. */
export function answerPlainly(isPlain = true): void {
  const request = asking()
  if (request) request.isPlain = isPlain
}

let ofThisPage = PLAIN

/** In the browser: what this page is written in, before any of it is drawn. */
export function writeThisPageIn(told: Conventions): void {
  if (typeof document !== 'undefined') ofThisPage = told
}

/** What is written in: on the server the request's, in the browser what the page was told. */
export function conventions(): Conventions {
  if (typeof document !== 'undefined') return ofThisPage
  const { own, isPlain } = askedConventions()
  return isPlain ? PLAIN : own
}

const collators = new Map<string, Intl.Collator>()

/** Puts names in the viewer's order of letters, numbers in them by their size. */
export function compareNames(a: string, b: string): number {
  const { locale } = conventions()
  const collator = collators.get(locale) ?? new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  if (collators.size < MOST_KNOWN) collators.set(locale, collator)
  return collator.compare(a, b)
}
