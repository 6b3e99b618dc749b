import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { isJsonObject, listOf, mapOf, maybeDigits, maybeText } from './values'

export const NETSTAT_CHECKS = [
  'localmac',
  'localip',
  'neighbormac',
  'neighborip',
  'connectedip',
  'listeningport',
] as const

const elementSchema = z.looseObject({
  localmacaddr: maybeText,
  remotemacaddr: maybeText,
  localaddr: maybeText,
  localport: maybeDigits,
  remoteaddr: maybeText,
  remoteport: maybeDigits,
  namespace: maybeText,
})
export type NetElement = z.output<typeof elementSchema>
export type NetCheck = { check: string; value: string; found: boolean; elements: NetElement[] }

const shapeOf = <S extends z.ZodType>(checked: S) => {
  const map = mapOf(checked)
  return z.looseObject({
    localmac: map,
    localip: map,
    neighbormac: map,
    neighborip: map,
    connectedip: map,
    listeningport: map,
  } satisfies Record<(typeof NETSTAT_CHECKS)[number], typeof map>)
}
const firstSchema = shapeOf(z.looseObject({ found: z.boolean(), element: listOf(elementSchema) }))
const laterSchema = z.looseObject({ elements: shapeOf(listOf(elementSchema)).nullable() })

/** What netstat found: of 2014 with its keys at the top, later below `elements` (mig-domain 8); null for another shape. */
export function readNetstat(answer: JsonValue): { kind: 'netstat'; checks: NetCheck[]; hits: Hit[] } | null {
  const checks = isJsonObject(answer) && 'elements' in answer ? later(answer) : first(answer)
  if (!checks) return null
  const hits = checks.flatMap(({ check, value, elements }) =>
    elements.map((element) => ({ path: endpointsOf(element), check, method: '', value, count: null })),
  )
  return { kind: 'netstat', checks, hits }
}

function first(answer: JsonValue): NetCheck[] | null {
  const parsed = firstSchema.safeParse(answer)
  if (!parsed.success) return null
  return NETSTAT_CHECKS.flatMap((check) =>
    parsed.data[check].map(([value, { found, element }]) => ({ check, value, found, elements: element })),
  )
}

function later(answer: JsonValue): NetCheck[] | null {
  const parsed = laterSchema.safeParse(answer)
  if (!parsed.success) return null
  const { elements } = parsed.data
  if (elements === null) return []
  return NETSTAT_CHECKS.flatMap((check) =>
    elements[check].map(([value, list]) => ({ check, value, found: list.length > 0, elements: list })),
  )
}

/** An address with its port, or with its hardware address when it has no port. */
export function endpoint(address: string, port: string | null, mac: string): string {
  if (!address) return mac || (port === null ? '' : `port ${port}`)
  const host = port !== null && address.includes(':') ? `[${address}]` : address
  return `${host}${port === null ? '' : `:${port}`}${mac ? ` (${mac})` : ''}`
}

function endpointsOf(element: NetElement): string {
  return [
    endpoint(element.localaddr, element.localport, element.localmacaddr),
    endpoint(element.remoteaddr, element.remoteport, element.remotemacaddr),
  ]
    .filter(Boolean)
    .join(' – ')
}
