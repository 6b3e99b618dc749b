import { readJson } from './schema'

const MOST_MODULES = 50
const LONGEST_NAME = 256

/** The distinct modules that an action's operations name, in their order, as far as the text has MIG's shape; never throws. */
export function modulesOf(operations: string | null): string[] {
  const value = readJson(operations)
  if (!Array.isArray(value)) return []
  const names = new Set<string>()
  for (const operation of value) {
    const name: unknown = operation?.module
    if (typeof name === 'string' && names.size < MOST_MODULES) names.add(storable(name.slice(0, LONGEST_NAME)))
  }
  return [...names]
}

/** What PostgreSQL can keep as text: without NUL and lone surrogates. */
function storable(name: string): string {
  return name
    .replaceAll('\0', '\uFFFD')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
}
