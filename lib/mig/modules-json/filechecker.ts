import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { digits, digitsMap, mapOf } from './values'

/** One tested value of one check on one path, and the files that it was found in. */
export type FileCheck = {
  path: string
  method: string
  check: string
  value: string
  files: { path: string; hits: string }[]
  /** Files inspected for this check. */
  filecount: string
  matchcount: string
}

const checkSchema = z.looseObject({ filecount: digits, matchcount: digits, files: digitsMap })
const answerSchema = z.looseObject({ elements: mapOf(mapOf(mapOf(mapOf(checkSchema)))) })

/** What filechecker of 2014 found, both syntax versions (mig-domain 8.2): path, method, label, value; null for another shape. */
export function readFilechecker(answer: JsonValue): { kind: 'filechecker'; checks: FileCheck[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const checks = parsed.data.elements.flatMap(([path, methods]) =>
    methods.flatMap(([method, labels]) =>
      labels.flatMap(([check, values]) =>
        values.map(([value, { files, filecount, matchcount }]) => ({
          path,
          method,
          check,
          value,
          files: files.map(([file, hits]) => ({ path: file, hits })),
          filecount,
          matchcount,
        })),
      ),
    ),
  )
  const hits = checks.flatMap(({ method, check, value, files }) =>
    files.map((file) => ({ path: file.path, check, method, value, count: file.hits })),
  )
  return { kind: 'filechecker', checks, hits }
}
