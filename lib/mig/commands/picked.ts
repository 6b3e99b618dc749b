import type { RawParams } from '@/lib/list-params'
import { type MigId, readIdText } from '@/lib/mig/wire/id'

/** The two commands that an address picks, or a sentence when it picks none, one, or more. */
export function readPicked(raw: RawParams): { ids: [MigId, MigId] } | { problem: string } {
  const { pick, ...others } = raw
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) return { problem: `This page has no parameter "${unknown.slice(0, 40)}". It has pick.` }
  const texts = (Array.isArray(pick) ? pick : [pick ?? '']).filter((text) => text !== '')
  if (texts.length !== 2) return { problem: 'Pick two commands: their results are held to each other.' }
  const [one, other] = texts.map((text) => readIdText(text)?.id)
  if (!one || !other) return { problem: 'The parameter "pick" takes the id of a command, such as 6059408362783470592.' }
  return { ids: [one, other] }
}
