import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf, maybeText } from './values'

const elementsSchema = z
  .looseObject({
    hostname: maybeText,
    addresses: listOf(z.string()),
    // One text in 2014, a list later.
    lookeduphost: z.union([z.string().transform((text) => (text ? [text] : [])), listOf(z.string())]),
  })
  .nullish()
const answerSchema = z.looseObject({ elements: elementsSchema })

export type ExampleAnswer = {
  kind: 'example'
  hostname: string
  addresses: string[]
  lookeduphost: string[]
  hits: Hit[]
}

/** What module example tells of its host. */
export function readExample(answer: JsonValue): ExampleAnswer | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const { hostname = '', addresses = [], lookeduphost = [] } = parsed.data.elements ?? {}
  const hit = (check: string) => (path: string) => ({ path, check, method: '', value: '', count: null })
  return {
    kind: 'example',
    hostname,
    addresses,
    lookeduphost,
    hits: [
      ...(hostname ? [hit('hostname')(hostname)] : []),
      ...addresses.map(hit('addresses')),
      ...lookeduphost.map(hit('lookeduphost')),
    ],
  }
}
