import 'server-only'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { pool } from '@/lib/db/pool'
import { sql } from '@/lib/db/sql'
import { env, isLoopbackHost } from '@/lib/env'
import { publickeySql, vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import { readPublicKey } from '@/lib/pgp/key'
import { isDemo } from '@/lib/site'
import { type PersonRow, personFrom, personOf, personSelect } from './person.sql'
import type { Origin } from './request'
import { effectiveRole, type Role } from './rules'

/** A person of the demo whom the sign-in page offers; `remark` says why the sign-in will be refused. */
export type DemoPerson = { id: string; name: string; role: Role; remark: string | null }

type KeptKey = { id: string; privateKey: string; signsIn: boolean }

/** Whether this request may sign in as a person of the demo: the launcher's own demo, asked from this machine itself. */
async function isOffered(origin: Pick<Origin, 'host' | 'forwarded'>): Promise<boolean> {
  if (!env().loopback || origin.forwarded) return false
  const address = `http://${origin.host}`
  return URL.canParse(address) && isLoopbackHost(new URL(address).hostname) && (await isDemo())
}

/** The demo people for the sign-in page; empty unless the demo is asked from this machine itself. */
export async function demoPeople(origin: Origin): Promise<DemoPerson[]> {
  if (!(await isOffered(origin))) return []
  const ids = (await keptKeys()).map((key) => key.id)
  if (ids.length === 0) return []
  const v = await vintage()
  const { rows } = await pool().query<PersonRow & { publickey: string | null; clock: Instant }>(sql`
    SELECT ${personSelect(v)}, ${publickeySql(v, 'i')} AS publickey, clock_timestamp() AS clock
    FROM ${personFrom} WHERE i.id = ANY(${ids}::numeric[]) ORDER BY i.id`)
  const people = await Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      name: row.name,
      role: effectiveRole(personOf(row, v), env().schedulerKeyId),
      remark: await remark(row),
    })),
  )
  const rank = ({ role, remark }: DemoPerson) => (remark || role === 'none' ? 2 : role === 'admin' ? 0 : 1)
  return people.sort((a, b) => rank(a) - rank(b))
}

async function remark({ publickey, clock }: { publickey: string | null; clock: Instant }): Promise<string | null> {
  if (publickey === null) return 'no key stored'
  const reading = await readPublicKey(publickey, clock)
  // A machine that is busy at this moment says nothing about the key.
  if (!reading.ok) return reading.problem === 'too-slow' ? null : 'key unreadable'
  const { cannotSign } = reading.key
  return cannotSign === null ? null : cannotSign === 'no-signing-key' ? 'cannot sign' : `key ${cannotSign}`
}

/** The text signed with a demo person's own key; null when that key cannot sign or nobody of that id is offered to this request. */
export async function signAsDemoPerson(origin: Origin, id: string, text: string): Promise<string | null> {
  if (!(await isOffered(origin))) return null
  const kept = (await keptKeys()).find((key) => key.id === id)
  if (!kept) return null
  const signing = openpgp.sign({
    message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
    signingKeys: await openpgp.readPrivateKey({ armoredKey: kept.privateKey }),
    detached: true,
    format: 'armored',
  })
  // An expired key signs nothing.
  return signing.catch(() => null)
}

async function keptKeys(): Promise<KeptKey[]> {
  const file = path.join(/* turbopackIgnore: true */ env().dbHome, 'demo-keys.json')
  try {
    const { people } = JSON.parse(await readFile(/* turbopackIgnore: true */ file, 'utf8')) as { people: KeptKey[] }
    return people.filter((key) => key.signsIn)
  } catch {
    // The demo goes on without its buttons when the file is gone.
    return []
  }
}
