import { z } from 'zod'

const text = z.string().catch('')

/** `actions.description`: optional free text of the author (mig-data.rst, actions); wrong shapes become empty. */
export const descriptionSchema = z
  .object({ author: text, email: text, url: text, revision: z.union([z.number(), z.string()]).nullable().catch(null) })
  .partial()
  .catch({})

/** `actions.threat`: free vocabulary; wrong shapes become empty. */
export const threatSchema = z.object({ ref: text, level: text, family: text, type: text }).partial().catch({})

export const operationsSchema = z.array(z.looseObject({ module: z.string(), parameters: z.unknown().optional() }))

export type Description = z.infer<typeof descriptionSchema>
export type Threat = z.infer<typeof threatSchema>

/** The value that a JSON column's text holds; undefined when it is SQL NULL or no JSON. */
export function readJson(value: string | null): unknown {
  if (value === null) return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
