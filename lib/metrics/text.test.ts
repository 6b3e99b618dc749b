import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMetrics } from '@/lib/testing/metrics-grammar'
import { formatFor, type Metric, metricsText } from './text'

const label = fc.string({ unit: 'grapheme', maxLength: 12 })

describe('metricsText', () => {
  it('prints what either grammar reads back, whatever a label or a help text holds', () => {
    const hostile = fc.oneof(label, fc.constantFrom('a"b', 'a\\', '\\n', 'a\nb', '\u2028', '}', ',', '{x="y"}', '\\"'))
    fc.assert(
      fc.property(
        fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }),
        hostile,
        fc.double(),
        (values, help, value) => {
          const metrics: Metric[] = [
            { name: 'a_total', help, type: 'counter', samples: values.map((one) => ({ labels: { one }, value: 3 })) },
            { name: 'b', help, type: 'gauge', samples: [{ value }] },
          ]
          for (const open of [false, true]) {
            const families = parseMetrics(metricsText(metrics, open ? 'openmetrics' : 'text'), open)
            const counter = families.get(open ? 'a' : 'a_total')
            expect(counter?.samples.map(({ labels }) => labels.one)).toEqual(values)
            expect(counter?.help).toBe(help)
            expect(families.get('b')?.samples[0]?.value).toBe(value === 0 ? 0 : value)
          }
        },
      ),
    )
  })

  it('cumulates the buckets of a histogram and ends them with all observations', () => {
    const metrics: Metric[] = [
      {
        name: 'h_seconds',
        help: 'h',
        type: 'histogram',
        samples: [{ labels: { area: 'x' }, bounds: [0.5, 1, 2], counts: [2, 0, 1], count: 5, sum: 12.5 }],
      },
    ]
    const samples = parseMetrics(metricsText(metrics, 'text')).get('h_seconds')?.samples
    expect(samples?.map(({ name, labels, value }) => [name, labels.le, value])).toEqual([
      ['h_seconds_bucket', '0.5', 2],
      ['h_seconds_bucket', '1.0', 2],
      ['h_seconds_bucket', '2.0', 3],
      ['h_seconds_bucket', '+Inf', 5],
      ['h_seconds_sum', undefined, 12.5],
      ['h_seconds_count', undefined, 5],
    ])
  })

  it('leaves out what is not known', () => {
    expect(metricsText([{ name: 'x', help: 'x', type: 'gauge', samples: [] }], 'text')).toBe('')
    expect(metricsText([], 'openmetrics')).toBe('# EOF\n')
  })
})

describe('the grammar of the tests', () => {
  it.each([
    ['a sample before its type', 'a 1\n'],
    ['a line without an end', '# HELP a b\n# TYPE a gauge\na 1'],
    ['a series twice', '# HELP a b\n# TYPE a gauge\na 1\na 2\n'],
    ['an escape that is none', '# HELP a b\n# TYPE a gauge\na{x="\\t"} 1\n'],
    ['a quote inside', '# HELP a b\n# TYPE a gauge\na{x="""} 1\n'],
    ['a sample of another family', '# HELP a b\n# TYPE a gauge\nb 1\n'],
    [
      'a histogram that falls',
      '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
    ],
    ['a histogram without an end', '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_sum 1\na_count 2\n'],
    ['no number', '# HELP a b\n# TYPE a gauge\na one\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseMetrics(text)).toThrow()
  })
})

it('chooses the format that the scraper asks for', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  expect(formatFor(prometheus)).toBe('openmetrics')
  expect(formatFor('text/plain;version=0.0.4')).toBe('text')
  expect(formatFor('application/openmetrics-text;q=0')).toBe('text')
  expect(formatFor('*/*')).toBe('text')
  expect(formatFor(null)).toBe('text')
})
