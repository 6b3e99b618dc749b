import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as openpgp from 'openpgp'
import { DAY, type Micros } from './clock'
import type { Rng } from './rng'

/** One row of `investigators` before it has a key. The id is small and given by hand, as in MIG of 2014. */
export type Person = {
  id: string
  name: string
  email: string
  algorithm: 'rsa2048' | 'rsa3072' | 'p256' | 'ed25519'
  /** Days before now: when the key was made, how long it is valid, when it was revoked. */
  madeDaysAgo: number
  validDays?: number
  revokedDaysAgo?: number
  /** A signing subkey does the signing; the primary key only certifies. */
  signingSubkey?: boolean
  /** The row has a fingerprint but nobody ever pasted the key. */
  keyMissing?: boolean
  /** Entered by hand in lower case. */
  lowerCase?: boolean
  /** May be offered on the demo's sign-in page; the scheduler is no person. */
  signsIn: boolean
  note: string
}

/** A person's key as it was made at the first start. */
export type DemoKey = {
  id: string
  name: string
  fingerprint: string
  publicKey: string
  privateKey: string
  signsIn: boolean
}

export const SCHEDULER_ID = '1'
/** Ada Okafor, who may write in the demo from the start. */
export const FIRST_ADMIN_ID = '2'
const KEY_FILE = 'demo-keys.json'

/** The eight rows of `investigators`: seven people and the scheduler's own. */
export function makePeople(rng: Rng): Person[] {
  return [
    {
      id: SCHEDULER_ID,
      name: 'MIG Scheduler',
      email: 'mig-scheduler@example.net',
      algorithm: 'rsa2048',
      madeDaysAgo: 640,
      signsIn: false,
      note: 'signs agentdestroy',
    },
    {
      id: FIRST_ADMIN_ID,
      name: 'Ada Okafor',
      email: 'ada.okafor@example.net',
      algorithm: 'rsa3072',
      madeDaysAgo: 610,
      signsIn: true,
      note: 'leads the team',
    },
    {
      id: '3',
      name: 'Tomáš Dvořák',
      email: 'tomas.dvorak@example.net',
      algorithm: 'rsa2048',
      madeDaysAgo: 96,
      signsIn: true,
      note: 'junior, weight 1',
    },
    {
      id: '4',
      name: 'Mei-Lin Chow',
      email: 'meilin.chow@example.net',
      algorithm: 'ed25519',
      madeDaysAgo: 300,
      signingSubkey: true,
      signsIn: true,
      note: 'signing subkey',
    },
    {
      id: '5',
      name: 'Joaquín Reyes',
      email: 'joaquin.reyes@example.net',
      algorithm: 'p256',
      madeDaysAgo: 348,
      validDays: 348 + rng.int(12, 18),
      lowerCase: true,
      signsIn: true,
      note: 'key expires soon',
    },
    {
      id: '6',
      name: 'Sam Whitlock',
      email: 'sam.whitlock@example.net',
      algorithm: 'rsa2048',
      madeDaysAgo: 377,
      validDays: 365,
      signsIn: true,
      note: 'key expired',
    },
    {
      id: '7',
      name: 'Noor Haddad',
      email: 'noor.haddad@example.net',
      algorithm: 'rsa2048',
      madeDaysAgo: 420,
      revokedDaysAgo: 6,
      signsIn: true,
      note: 'left, key revoked',
    },
    {
      id: '8',
      name: 'Lena Brandt',
      email: 'lena.brandt@example.net',
      algorithm: 'rsa2048',
      madeDaysAgo: 200,
      keyMissing: true,
      signsIn: true,
      note: 'row without a key',
    },
  ]
}

/** Real keys for the people; a few seconds of work, different at every call. */
export async function makeKeys(people: Person[], now: Micros): Promise<DemoKey[]> {
  return Promise.all(people.map((person) => makeKey(person, now)))
}

/** Writes the private keys so that only the owner of the data folder can read them. */
export async function saveKeys(dataDir: string, keys: DemoKey[]): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const target = path.join(dataDir, KEY_FILE)
  const half = `${target}.${randomUUID()}`
  await writeFile(half, `${JSON.stringify({ people: keys }, null, 2)}\n`, { mode: 0o600 })
  await chmod(half, 0o600)
  await rename(half, target)
}

/** The demo people's keys, or null when this data folder has none. Throws when the file is not what `saveKeys` wrote. */
export async function loadKeys(dataDir: string): Promise<DemoKey[] | null> {
  try {
    const { people } = JSON.parse(await readFile(path.join(dataDir, KEY_FILE), 'utf8')) as { people: DemoKey[] }
    if (!Array.isArray(people)) throw new Error(`${KEY_FILE} does not hold the demo people's keys`)
    return people
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function makeKey(person: Person, now: Micros): Promise<DemoKey> {
  const made = new Date((now - person.madeDaysAgo * DAY) / 1000)
  const common = {
    userIDs: [{ name: person.name, email: person.email }],
    date: made,
    format: 'object' as const,
    ...(person.validDays ? { keyExpirationTime: (person.validDays * DAY) / 1_000_000 } : {}),
  }
  const subkeys = person.signingSubkey ? { subkeys: [{ sign: true }, {}] } : {}
  const { privateKey } =
    person.algorithm === 'p256'
      ? await openpgp.generateKey({ ...common, ...subkeys, type: 'ecc', curve: 'nistP256' })
      : person.algorithm === 'ed25519'
        ? await openpgp.generateKey({ ...common, ...subkeys, type: 'ecc', curve: 'ed25519Legacy' })
        : await openpgp.generateKey({
            ...common,
            ...subkeys,
            type: 'rsa',
            rsaBits: person.algorithm === 'rsa3072' ? 3072 : 2048,
          })
  const publicKey =
    person.revokedDaysAgo === undefined
      ? privateKey.toPublic()
      : (
          await openpgp.revokeKey({
            key: privateKey,
            reasonForRevocation: { flag: openpgp.enums.reasonForRevocation.keyRetired, string: 'left the team' },
            date: new Date((now - person.revokedDaysAgo * DAY) / 1000),
            format: 'object',
          })
        ).publicKey
  return {
    id: person.id,
    name: person.name,
    fingerprint: privateKey.getFingerprint().toUpperCase(),
    publicKey: publicKey.armor(),
    privateKey: privateKey.armor(),
    signsIn: person.signsIn,
  }
}
