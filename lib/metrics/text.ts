export type Labels = Readonly<Record<string, string>>

export type Sample = { labels?: Labels; value: number }

/** How often each bound was not exceeded by itself (not cumulated), and all observations, those beyond the bounds included. */
export type HistogramSample = {
  labels?: Labels
  bounds: readonly number[]
  counts: readonly number[]
  count: number
  sum: number
}

/** One family of series: a counter's name ends in `_total`; samples that are not known are left out, never 0. */
export type Metric = { name: string; help: string } & (
  | { type: 'gauge' | 'counter'; samples: readonly Sample[] }
  | { type: 'histogram'; samples: readonly HistogramSample[] }
)

export const METRIC_FORMATS = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const
export type MetricFormat = keyof typeof METRIC_FORMATS

/** The format that a scraper asks for: OpenMetrics when its Accept names it, else Prometheus' text. */
export function formatFor(accept: string | null): MetricFormat {
  const asked = (accept ?? '').split(',').find((one) => /^\s*application\/openmetrics-text\s*(;|$)/i.test(one))
  return asked && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(asked) ? 'openmetrics' : 'text'
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const quoted = (text: string) => escaped(text).replaceAll('"', '\\"')

function labelsText(labels: Labels | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${quoted(value.toWellFormed())}"`)
  return pairs.length ? `{${pairs.join(',')}}` : ''
}

// OpenMetrics wants bounds as floats.
const boundText = (bound: number) => (Number.isInteger(bound) ? `${bound}.0` : String(bound))

function histogramLines(name: string, { labels, bounds, counts, count, sum }: HistogramSample): string[] {
  let below = 0
  const buckets = bounds.map((bound, i) => {
    below += counts[i] ?? 0
    return `${name}_bucket${labelsText({ ...labels, le: boundText(bound) })} ${below}`
  })
  return [
    ...buckets,
    `${name}_bucket${labelsText({ ...labels, le: '+Inf' })} ${count}`,
    `${name}_sum${labelsText(labels)} ${numberText(sum)}`,
    `${name}_count${labelsText(labels)} ${count}`,
  ]
}

/** The families as Prometheus reads them (text format 0.0.4, or OpenMetrics 1.0); a family without samples is left out. */
export function metricsText(metrics: readonly Metric[], format: MetricFormat): string {
  const open = format === 'openmetrics'
  const lines = metrics.flatMap((metric) => {
    if (metric.samples.length === 0) return []
    const { name, type } = metric
    // In OpenMetrics a counter's family has its name without the suffix of its samples.
    const family = open && type === 'counter' ? name.replace(/_total$/, '') : name
    const samples =
      metric.type === 'histogram'
        ? metric.samples.flatMap((sample) => histogramLines(name, sample))
        : metric.samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${numberText(value)}`)
    const help = open ? quoted(metric.help) : escaped(metric.help)
    return [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`, ...samples]
  })
  return [...lines, ...(open ? ['# EOF'] : []), ''].join('\n')
}
