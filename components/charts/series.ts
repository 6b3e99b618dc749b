import type { Tone } from '../ui/tone'

/**
 * One series. `shade` 1 to 6 takes a step of the one-colour ramp instead of the tone, for kinds that mean neither good nor bad;
 * series of one `stack` stand on each other; a `faded` one is drawn dashed or pale, because its figures come from elsewhere.
 */
export type Series = { key: string; label: string; tone: Tone; shade?: number; stack?: string; faded?: boolean }

/**
 * One place on the axis; a value that is null or missing is a gap, never 0. `key` is the moment on an axis of time, `label` what
 * another axis shows; `hrefs` lead to the rows of one series.
 */
export type Point = {
  key: string
  label?: string
  values: Record<string, number | null>
  href?: string
  hrefs?: Record<string, string>
}

/** How the moments of an axis of time are written: the time of day, the day, or both; in this zone. */
export type TimeAxis = { show: 'clock' | 'day' | 'both'; zone: string }

/** `links` lead from any point to the rows of a series, `{at}` standing for the point's moment; `all` for the whole point. */
export type ChartProps = {
  question: string
  series: Series[]
  points: Point[]
  time?: TimeAxis
  links?: Record<string, string>
}

/** `rows` are lying bars, one a point, for values with long names. */
export type ChartKind = 'bar' | 'area' | 'line' | 'rows'

/** The colour of a series' marks. */
export function markOf({ tone, shade }: Series): string {
  return shade === undefined ? `var(--${tone}-mark)` : `var(--shade-${shade})`
}

/** The value of a series at a point; null where there is none. */
export function valueAt(point: Point | undefined, key: string): number | null {
  return point?.values[key] ?? null
}

/** Whether nothing at all is known at this point. */
export function isGap(point: Point): boolean {
  return Object.values(point.values).every((value) => value === null)
}

/** Where a point, or one series of it, leads; null for nowhere, as gaps do. */
export function hrefOf(point: Point, links: ChartProps['links'], series?: string): string | null {
  if (isGap(point)) return null
  const own = (series && point.hrefs?.[series]) || point.href
  if (own) return own
  const link = (series && links?.[series]) || links?.all
  return link ? link.replace('{at}', encodeURIComponent(point.key)) : null
}
