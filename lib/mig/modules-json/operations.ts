import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { jsonFields, jsonItems, parseJsonText } from '@/lib/json-text'

/** Compressed parameters that would become longer than this are not unpacked. */
export const UNPACKED_BYTES = 4_000_000

/** Parameters as JSON text, or why they cannot be read; `packed` when the action holds them compressed. */
export type Parameters = { text: string; packed: boolean } | { problem: string; packed: true; text: string }

/** One operation as stored: `module` is empty when there is none, `parameters` null when there are none. */
export type Operation = { module: string; parameters: Parameters | null; text: string }

export type Operations =
  | { kind: 'none' }
  | { kind: 'operations'; operations: Operation[] }
  | { kind: 'unreadable'; why: string }

const operationSchema = z.looseObject({ module: z.string(), is_compressed: z.boolean().nullish() })

/** Reads an action's `operations` column; parameters keep the digits that they are stored with. Never throws. */
export function readOperations(text: string | null): Operations {
  if (text === null || text.trim() === 'null') return { kind: 'none' }
  const items = jsonItems(text)
  if (!items) return { kind: 'unreadable', why: 'The operations are not a list.' }
  const operations: Operation[] = []
  for (const item of items) {
    const parsed = operationSchema.safeParse(parseJsonText(item))
    const fields = jsonFields(item)
    if (!parsed.success || !fields) return { kind: 'unreadable', why: 'An operation does not name its module.' }
    const { module, is_compressed } = parsed.data
    const parameters = fields.findLast((field) => field.name === 'parameters')?.text ?? null
    operations.push({
      module,
      parameters: parameters === null ? null : is_compressed ? unpack(parameters) : { text: parameters, packed: false },
      text: item,
    })
  }
  return { kind: 'operations', operations }
}

/** The modules of an action's operations in order; none when they cannot be read. */
export function modulesOf(text: string | null): string[] {
  const read = readOperations(text)
  return read.kind === 'operations' ? read.operations.map((operation) => operation.module) : []
}

// Base64 of gzip of the JSON (mig-domain 8.3). A small text may unpack to any size.
function unpack(stored: string): Parameters {
  const failed = (problem: string): Parameters => ({ problem, packed: true, text: stored })
  const base64 = parseJsonText(stored)
  if (typeof base64 !== 'string') return failed('They are marked as compressed, but are no text.')
  let text: string
  try {
    text = gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: UNPACKED_BYTES }).toString('utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? failed('They are compressed, and too large to unpack here.')
      : failed('They are marked as compressed, but cannot be unpacked.')
  }
  return parseJsonText(text) === undefined
    ? failed('They are compressed, and what is inside is not JSON.')
    : { text, packed: true }
}
