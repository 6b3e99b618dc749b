import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf, maybeText } from './values'

const packageSchema = z
  .looseObject({ name: z.string(), version: maybeText, type: maybeText, arch: maybeText })
  .transform(({ name, version, type, arch }) => ({ name, version, type, arch }))
const answerSchema = z.looseObject({ elements: z.looseObject({ packages: listOf(packageSchema) }).nullish() })

export type Package = z.output<typeof packageSchema>

/** The packages that module pkg found. */
export function readPkg(answer: JsonValue): { kind: 'pkg'; packages: Package[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const packages = parsed.data.elements?.packages ?? []
  return {
    kind: 'pkg',
    packages,
    hits: packages.map(({ name, version, type }) => ({
      path: name,
      check: 'package',
      method: type,
      value: version,
      count: null,
    })),
  }
}
