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

/** An action's threat, and its text as stored where that is not what MIG writes, so that nothing odd is hidden. */
export function readThreat(stored: string | null): { value: Threat; odd: string | null } {
  const json = readJson(stored)
  const value = threatSchema.parse(json ?? {})
  if (stored === null || json === null) return { value, odd: null }
  const isObject = typeof json === 'object' && !Array.isArray(json)
  const given = isObject ? ['level', 'family'].map((key) => (json as Record<string, unknown>)[key] ?? '') : [0]
  return { value, odd: given.every((one) => typeof one === 'string') ? null : stored }
}
