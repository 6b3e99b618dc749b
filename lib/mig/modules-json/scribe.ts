import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf, maybeText } from './values'

const flag = z
  .boolean()
  .nullish()
  .transform((is) => is ?? false)
const testSchema = z.looseObject({
  // Later versions say testid, earlier ones identifier.
  testid: maybeText,
  identifier: maybeText,
  name: maybeText,
  description: maybeText,
  iserror: flag,
  error: maybeText,
  masterresult: flag,
  hastrueresults: flag,
  results: listOf(z.looseObject({ result: flag, identifier: maybeText })),
})
const answerSchema = z.looseObject({ elements: z.looseObject({ results: listOf(testSchema) }).nullish() })

export type ScribeTest = {
  id: string
  name: string
  description: string
  /** null when the test ended with an error. */
  isTrue: boolean | null
  error: string
  /** What was looked at, and whether the test is true for it. */
  objects: { isTrue: boolean; identifier: string }[]
}

/** The tests that module scribe ran, in its order. */
export function readScribe(answer: JsonValue): { kind: 'scribe'; tests: ScribeTest[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const tests = (parsed.data.elements?.results ?? []).map((test) => ({
    id: test.testid || test.identifier,
    name: test.name,
    description: test.description,
    isTrue: test.iserror ? null : test.masterresult,
    error: test.error,
    objects: test.results.map(({ result, identifier }) => ({ isTrue: result, identifier })),
  }))
  return {
    kind: 'scribe',
    tests,
    hits: tests.flatMap(({ id, objects }) =>
      objects
        .filter((object) => object.isTrue)
        .map((object) => ({ path: object.identifier, check: id, method: '', value: '', count: null })),
    ),
  }
}
