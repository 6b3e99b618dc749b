import { z } from 'zod'
import { Digits, type JsonObject, type JsonValue } from '@/lib/json-text'

/** A JSON number as the text of its digits. */
export const digits = z.union([z.number(), z.instanceof(Digits)]).transform(String)

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits)
}

const isNumber = (value: JsonValue) => typeof value === 'number' || value instanceof Digits

/** A map of names to numbers, as entries of name and digits; it may hold hundreds of thousands. */
export const digitsMap = z
  .custom<JsonObject>((value) => isJsonObject(value as JsonValue) && Object.values(value as JsonObject).every(isNumber))
  .nullish()
  .transform((map) => Object.entries(map ?? {}).map(([name, number]): [string, string] => [name, String(number)]))

/** A list that Go prints as null when it is empty. */
export function listOf<S extends z.ZodType>(schema: S): z.ZodType<z.output<S>[]> {
  return z
    .array(schema)
    .nullish()
    .transform((list): z.output<S>[] => list ?? [])
}

/** An object used as a map, as its entries; Go prints one that was never made as null. A record would drop the key __proto__. */
export function mapOf<S extends z.ZodType>(schema: S): z.ZodType<[string, z.output<S>][]> {
  return z
    .custom<JsonObject>((value) => isJsonObject(value as JsonValue))
    .nullish()
    .transform((map, context) => {
      const entries: [string, z.output<S>][] = []
      for (const [name, value] of Object.entries(map ?? {})) {
        const read = schema.safeParse(value)
        if (!read.success) {
          context.addIssue({ code: 'custom', message: 'a value does not fit' })
          return z.NEVER
        }
        entries.push([name, read.data])
      }
      return entries
    })
}

/** A text that may be missing. */
export const maybeText = z
  .string()
  .nullish()
  .transform((text) => text ?? '')

/** A number's digits, or null when it is missing. */
export const maybeDigits = digits.nullish().transform((text) => text ?? null)
