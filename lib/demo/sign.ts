import * as openpgp from 'openpgp'
import { stripSignatureArmor } from '@/lib/mig/wire/armor'
import { signedText } from '@/lib/mig/wire/signed-text'
import { nanosToInstant } from '@/lib/mig/wire/time'
import type { DemoAction } from './action-types'
import type { DemoKey } from './people'

// As short as the signatures of 2014: no random note beside the signature.
const CONFIG = { nonDeterministicSignaturesViaNotation: false }

/** Signs as MIG's console did: detached, binary, over the canonical text, one line a signature. */
export class Signer {
  private readonly keys = new Map<string, Promise<openpgp.PrivateKey>>()
  private stranger: Promise<openpgp.PrivateKey> | undefined

  constructor(private readonly people: DemoKey[]) {}

  /** Fills the signatures of all actions; a replayed one carries those of the action that it repeats. */
  async signAll(actions: DemoAction[]): Promise<void> {
    for (const action of actions) if (!action.replayOf) action.signatures = await this.sign(action)
    for (const action of actions) if (action.replayOf) action.signatures = action.replayOf.signatures
  }

  /** The signatures of one action, one per signer. */
  async sign(action: DemoAction): Promise<string[]> {
    const text = signedText(
      {
        name: action.signed === 'altered' ? `${action.name} (narrow)` : action.name,
        target: action.target,
        validfrom: nanosToInstant(action.validfrom),
        expireafter: nanosToInstant(action.expireafter),
        operations: action.operationsJson,
      },
      action.format,
    )
    const date = new Date(Math.floor(action.submitted / 1_000_000) * 1000)
    const message = await openpgp.createMessage({ binary: new TextEncoder().encode(text) })
    const keys = await Promise.all(
      action.signers.map((id) => (action.signed === 'by a stranger' ? this.strangersKey() : this.key(id))),
    )
    const signatures: string[] = []
    for (const signingKeys of keys) {
      const armored = await openpgp.sign({
        message,
        signingKeys,
        detached: true,
        format: 'armored',
        date,
        config: CONFIG,
      })
      signatures.push(stripSignatureArmor(armored))
    }
    return signatures
  }

  private key(id: string): Promise<openpgp.PrivateKey> {
    const known = this.keys.get(id)
    if (known) return known
    const person = this.people.find((candidate) => candidate.id === id)
    if (!person) throw new Error(`No demo key for investigator ${id}`)
    const key = openpgp.readPrivateKey({ armoredKey: person.privateKey })
    this.keys.set(id, key)
    return key
  }

  // A key that no row of `investigators` knows.
  private strangersKey(): Promise<openpgp.PrivateKey> {
    this.stranger ??= openpgp
      .generateKey({
        type: 'ecc',
        curve: 'nistP256',
        userIDs: [{ name: 'C. Visitor' }],
        format: 'object',
        date: new Date(Date.UTC(2014, 5, 1)),
      })
      .then(({ privateKey }) => privateKey)
    return this.stranger
  }
}
