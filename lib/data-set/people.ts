import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import * as openpgp from 'openpgp'
import { DAY, type Micros, SECOND } from '@/lib/demo/clock'
import { type DemoKey, makePeople, type Person } from '@/lib/demo/people'
import { Rng } from '@/lib/demo/rng'

const GIVEN = ['Aylin', 'Bruno', 'Chiara', 'Dmitri', 'Esther', 'Fatou', 'Gustav', 'Hiroko', 'Imani', 'Jakub']
const FAMILY = ['Almeida', 'Bianchi', 'Ceylan', 'Dubois', 'Ekström', 'Farkas', 'Grant', 'Hosseini']

// Days before the moment of the data: before any action.
const KEYS_MADE = 640

/** The investigators: the demo's eight, so that its tests and habits hold here too, then others; ids from 1. */
export function makeInvestigators(seed: string, count: number): Person[] {
  const known = makePeople(new Rng(seed).fork('people')).map(
    ({ id, name, email, keyMissing, lowerCase, signsIn, note }): Person => ({
      id,
      name,
      email,
      algorithm: 'ed25519',
      madeDaysAgo: KEYS_MADE,
      keyMissing,
      lowerCase,
      signsIn,
      note,
    }),
  )
  const others = Array.from({ length: Math.max(0, count - known.length) }, (_, i): Person => {
    const given = GIVEN[i % GIVEN.length] as string
    const family = FAMILY[Math.floor(i / GIVEN.length + i) % FAMILY.length] as string
    return {
      id: String(known.length + i + 1),
      name: `${given} ${family}`,
      email: `investigator${known.length + i + 1}@example.net`,
      algorithm: 'ed25519',
      madeDaysAgo: KEYS_MADE,
      signsIn: false,
      note: '',
    }
  })
  return [...known, ...others].slice(0, count)
}

// The salt that makes two signatures differ would make two data sets differ.
const CONFIG = { nonDeterministicSignaturesViaNotation: false }

/**
 * The people's keys. They follow from the seed, so that the same seed gives the same rows: whoever knows the seed has them,
 * and they are good for nothing but a data set.
 */
export async function makeSeededKeys(seed: string, people: readonly Person[], now: Micros): Promise<DemoKey[]> {
  const keys: DemoKey[] = []
  for (const person of people) {
    const made = new Date(Math.floor((now - person.madeDaysAgo * DAY) / SECOND) * 1000)
    const bare = await openpgp.readPrivateKey({
      binaryKey: secretKeyPacket(createHash('sha256').update(`${seed}/key ${person.id}`).digest(), made),
      config: CONFIG,
    })
    const { privateKey } = await openpgp.reformatKey({
      privateKey: bare,
      userIDs: [{ name: person.name, email: person.email }],
      date: made,
      format: 'object',
      config: CONFIG,
    })
    keys.push({
      id: person.id,
      name: person.name,
      fingerprint: privateKey.getFingerprint().toUpperCase(),
      publicKey: privateKey.toPublic().armor(),
      privateKey: privateKey.armor(),
      signsIn: person.signsIn,
    })
  }
  return keys
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const ED25519_OID = Buffer.from('2b06010401da470f01', 'hex')

/** An OpenPGP secret key packet of version 4 (RFC 4880 5.5.3, EdDSA), without protection: OpenPGP.js makes keys at random only. */
function secretKeyPacket(secret: Buffer, made: Date): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, secret]), format: 'der', type: 'pkcs8' })
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  const created = Buffer.alloc(4)
  created.writeUInt32BE(made.getTime() / 1000)
  const material = mpi(secret)
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16BE(material.reduce((sum, byte) => sum + byte, 0) % 65_536)
  const body = Buffer.concat([
    Buffer.from([4]),
    created,
    Buffer.from([22, ED25519_OID.length]),
    ED25519_OID,
    mpi(Buffer.concat([Buffer.from([0x40]), point])),
    Buffer.from([0]),
    material,
    checksum,
  ])
  return Buffer.concat([Buffer.from([0xc5, body.length]), body])
}

function mpi(bytes: Buffer): Buffer {
  let first = 0
  while (first < bytes.length - 1 && bytes[first] === 0) first++
  const used = bytes.subarray(first)
  const bits = used.length * 8 - Math.clz32(used[0] as number) + 24
  return Buffer.concat([Buffer.from([bits >> 8, bits & 255]), used])
}
