import { z } from 'zod'

const text = z.string().catch('')

/** `actions.description`: optional free text of the author (mig-data.rst, actions); wrong shapes become empty. */
export const descriptionSchema = z
  .object({ author: text, email: text, url: text, revision: z.union([z.number(), z.string()]).nullable().catch(null) })
  .partial()
  .catch({})

/** `actions.threat`: free vocabulary; wrong shapes become empty. */
export const threatSchema = z.object({ ref: text, level: text, family: text, type: text }).partial().catch({})

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

const FACTS = 24
const FACT_LENGTH = 2_048

export type JsonFacts = {
  /** Keys and what they hold; null for a value that is no line of text. */
  entries: { key: string; value: string | null }[]
  /** What is wrong with the column, or what is left out; null when all is shown. */
  problem: string | null
}

/** The members of a JSON column as lines of text, whatever it holds: SQL NULL, no object, values of any kind. */
export function jsonFacts(text: string | null): JsonFacts {
  if (text === null) return { entries: [], problem: null }
  const value = readJson(text)
  if (value === null) return { entries: [], problem: null }
  if (typeof value !== 'object' || Array.isArray(value))
    return { entries: [], problem: 'It does not have MIG’s shape: see As stored.' }
  const members = Object.entries(value).filter(([, member]) => member !== '' && member !== null)
  return {
    entries: members
      .slice(0, FACTS)
      .map(([key, member]) => ({ key: key.slice(0, FACT_LENGTH), value: lineOf(member) })),
    problem: members.length > FACTS ? `${members.length - FACTS} more: see As stored.` : null,
  }
}

function lineOf(value: unknown): string | null {
  if (typeof value === 'string') return value.length > FACT_LENGTH ? null : value.toWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}
