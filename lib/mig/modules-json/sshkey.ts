import { z } from 'zod'
import type { JsonValue } from '@/lib/json-text'
import type { Hit } from './hit'
import { listOf, maybeText } from './values'

const keySchema = z.looseObject({
  path: z.string(),
  type: maybeText,
  encrypted: z.boolean().nullish(),
  fingerprint_md5: maybeText,
  fingerprint_sha256: maybeText,
})
const answerSchema = z.looseObject({ elements: z.looseObject({ keys: listOf(keySchema) }).nullish() })

export type SshKey = { path: string; type: string; encrypted: boolean | null; md5: string; sha256: string }

/** The keys that module sshkey found. */
export function readSshkey(answer: JsonValue): { kind: 'sshkey'; keys: SshKey[]; hits: Hit[] } | null {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return null
  const keys = (parsed.data.elements?.keys ?? []).map((key) => ({
    path: key.path,
    type: key.type,
    encrypted: key.encrypted ?? null,
    md5: key.fingerprint_md5,
    sha256: key.fingerprint_sha256,
  }))
  return {
    kind: 'sshkey',
    keys,
    hits: keys.map(({ path, type, sha256, md5 }) => ({
      path,
      check: 'key',
      method: type,
      value: sha256 || md5,
      count: null,
    })),
  }
}
