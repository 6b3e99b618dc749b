import { Digits, type JsonValue } from '@/lib/json-text'
import { parseGoDuration } from '@/lib/mig/wire/duration'
import { isJsonObject } from './values'

/** One of a module's own figures as it gave it; `millis` when it is a duration. Lists of texts are kept whole. */
export type Statistic = { name: string; value: string | string[]; millis: number | null }

/** A module's figures in its order; what is nested and no list of texts is left to the raw view. */
export function readStatistics(value: JsonValue | undefined): Statistic[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, one]): Statistic[] => {
    if (typeof one === 'string') return [{ name, value: one, millis: parseGoDuration(one) }]
    if (typeof one === 'number' || typeof one === 'boolean' || one instanceof Digits)
      return [{ name, value: String(one), millis: null }]
    if (Array.isArray(one) && one.length > 0 && one.every((text) => typeof text === 'string'))
      return [{ name, value: one, millis: null }]
    return []
  })
}
