import 'server-only'
import * as openpgp from 'openpgp'

// Digest of the stored text → the key ids in it. Keys change seldom, and a digest never means another text.
const known = new Map<string, string[]>()
const MAX_KNOWN = 20_000
const CONFIG: openpgp.Config = {
  ...openpgp.config,
  minRSABits: 512,
  rejectCurves: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
}

/** The key ids (16 hex digits, primary and subkeys) by digest; reads only keys that were not seen before. A broken key has none. */
export async function keyIdsOf(
  rows: { id: string; digest: string }[],
  read: (ids: string[]) => Promise<{ id: string; publickey: string }[]>,
): Promise<Map<string, string[]>> {
  const unread = rows.filter((row) => !known.has(row.digest))
  if (unread.length > 0) {
    if (known.size + unread.length > MAX_KNOWN) known.clear()
    const digests = new Map(unread.map((row) => [row.id, row.digest]))
    for (const { id, publickey } of await read(unread.map((row) => row.id))) {
      const digest = digests.get(id)
      if (digest) known.set(digest, await idsIn(publickey))
    }
  }
  return known
}

async function idsIn(armoredKey: string): Promise<string[]> {
  const key = await openpgp.readKey({ armoredKey, config: CONFIG }).catch(() => null)
  return key ? key.getKeyIDs().map((id) => id.toHex()) : []
}

/** The primary key's fingerprint in upper-case hex, or null when the text is no key. */
export async function primaryFingerprint(armoredKey: string): Promise<string | null> {
  const key = await openpgp.readKey({ armoredKey, config: CONFIG }).catch(() => null)
  return key ? key.getFingerprint().toUpperCase() : null
}
