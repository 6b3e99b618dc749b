export type ParsedSample = { name: string; labels: Record<string, string>; value: number }
export type Family = { name: string; type: string; help: string; samples: ParsedSample[] }

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\]|\\\\[\\\\"n])*"(?:,(?!\\}))?)*)\\})? ([^ ]+)$`,
)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"/g
const NUMBER = /^(NaN|[+-]Inf|[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)$/
const SUFFIXES: Record<string, string[]> = { histogram: ['_bucket', '_sum', '_count'], gauge: [''], counter: [''] }

function numberOf(text: string): number {
  if (!NUMBER.test(text)) throw new Error(`no number: ${text}`)
  return text.endsWith('Inf') ? (text[0] === '-' ? -Infinity : Infinity) : Number(text)
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one))

function checkHistogram(family: Family): void {
  const series = new Map<string, ParsedSample[]>()
  for (const sample of family.samples) {
    const { le: _, ...others } = sample.labels
    const key = JSON.stringify(Object.entries(others).sort())
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const [key, samples] of series) {
    const buckets = samples.filter(({ name }) => name.endsWith('_bucket'))
    const bounds = buckets.map(({ labels }) => numberOf(labels.le ?? ''))
    const one = (suffix: string) => samples.filter(({ name }) => name === `${family.name}${suffix}`)
    if (one('_sum').length !== 1 || one('_count').length !== 1) throw new Error(`${family.name}${key}: sum or count`)
    if (bounds.at(-1) !== Infinity) throw new Error(`${family.name}${key}: no bucket +Inf`)
    if (bounds.some((bound, i) => i > 0 && bound <= (bounds[i - 1] ?? 0))) throw new Error(`${key}: bounds fall`)
    if (buckets.some(({ value }, i) => i > 0 && value < (buckets[i - 1]?.value ?? 0)))
      throw new Error(`${key}: not cumulated`)
    if (buckets.at(-1)?.value !== one('_count')[0]?.value) throw new Error(`${family.name}${key}: count is not +Inf`)
  }
}

/**
 * Reads the text format 0.0.4 of Prometheus, or with `open` OpenMetrics 1.0, and throws at whatever either grammar or its rules for
 * families forbid: HELP and TYPE once and before the samples, samples of a family together, no series twice, escapes, histograms.
 */
export function parseMetrics(text: string, open = false): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.slice(0, -1).split('\n')
  if (open && lines.pop() !== '# EOF') throw new Error('no # EOF at the end')
  const families = new Map<string, Family>()
  const series = new Set<string>()
  let current: Family | null = null
  for (const line of lines) {
    const meta = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line)
    if (meta) {
      const [, kind, name = '', rest = ''] = meta
      if (!new RegExp(`^${NAME}$`).test(name)) throw new Error(`no name: ${name}`)
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`family twice: ${name}`)
        if (!(open ? /^(?:[^"\\]|\\[\\"n])*$/ : /^(?:[^\\]|\\[\\n])*$/).test(rest)) throw new Error(`escapes: ${line}`)
        current = { name, type: '', help: unescaped(rest), samples: [] }
        families.set(name, current)
        continue
      }
      if (current?.name !== name || current.type !== '' || current.samples.length > 0)
        throw new Error(`TYPE astray: ${line}`)
      if (!(rest in SUFFIXES)) throw new Error(`no type: ${rest}`)
      current.type = rest
      continue
    }
    const match = SAMPLE.exec(line)
    if (!match || !current?.type) throw new Error(`no sample: ${line}`)
    const [, name = '', labelText = '', value = ''] = match
    const labels: Record<string, string> = {}
    for (const [, key = '', text = ''] of labelText.matchAll(LABEL)) {
      if (key in labels) throw new Error(`label twice: ${line}`)
      labels[key] = unescaped(text)
    }
    const suffixes = open && current.type === 'counter' ? ['_total'] : (SUFFIXES[current.type] ?? [])
    if (!suffixes.some((suffix) => name === `${current?.name}${suffix}`)) throw new Error(`another family's: ${line}`)
    if (current.type === 'counter' && !name.endsWith('_total')) throw new Error(`a counter without _total: ${line}`)
    if (current.type === 'counter' && numberOf(value) < 0) throw new Error(`a counter below 0: ${line}`)
    const key = `${name}${JSON.stringify(Object.entries(labels).sort())}`
    if (series.has(key)) throw new Error(`series twice: ${line}`)
    series.add(key)
    current.samples.push({ name, labels, value: numberOf(value) })
  }
  for (const family of families.values()) {
    if (!family.type || family.samples.length === 0) throw new Error(`an empty family: ${family.name}`)
    if (family.type === 'histogram') checkHistogram(family)
  }
  return families
}
