// Runs in the browser, loaded when a key file is used: the key and its passphrase never leave the page.
import * as openpgp from 'openpgp'

export type KeyFileSignature = { ok: true; signature: string } | { ok: false; sentence: string }

const MAX_FILE_BYTES = 1_000_000
// What sign-in itself accepts.
const CONFIG: openpgp.Config = { ...openpgp.config, minRSABits: 1024 }

const PRIVATE = 'PGP PRIVATE KEY BLOCK-----'
const BLOCK = new RegExp(`-----BEGIN ${PRIVATE}[\\s\\S]*?-----END ${PRIVATE}`, 'g')
const SEVERAL = 'This file holds several private keys. Export the one that MIG knows of you.'

const refuse = (sentence: string): KeyFileSignature => ({ ok: false, sentence })

/**
 * An armored detached signature over exactly this text, by the private key of a file (armored or binary) and its passphrase.
 * What cannot be done is a sentence that names neither; never throws.
 */
export async function signWithKeyFile(file: Uint8Array, passphrase: string, text: string): Promise<KeyFileSignature> {
  if (!globalThis.crypto?.subtle)
    return refuse('This browser signs only over https, or on this machine itself. Sign in a terminal instead.')
  if (file.length > MAX_FILE_BYTES) return refuse('This file is too large to be a private key.')
  const read = await readKey(file)
  if (typeof read === 'string') return refuse(read)
  const opened = await open(read, passphrase)
  if (typeof opened === 'string') return refuse(opened)
  try {
    const signature = await openpgp.sign({
      message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
      signingKeys: opened,
      detached: true,
      format: 'armored',
      config: CONFIG,
    })
    return { ok: true, signature }
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    if (/expired/i.test(why)) return refuse('This key has expired: it cannot sign any more.')
    if (/revoked/i.test(why)) return refuse('This key is revoked: it cannot sign any more.')
    return refuse('No part of this key can sign. The file may hold only stubs of a key that is kept on a card.')
  }
}

async function readKey(file: Uint8Array): Promise<openpgp.PrivateKey | string> {
  const text = new TextDecoder().decode(file)
  const armored = text.includes('-----BEGIN PGP')
  if (armored && !text.includes(`-----BEGIN ${PRIVATE}`))
    return text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')
      ? 'This is a public key. Choose the file of the private key, as gpg --armor --export-secret-keys writes it.'
      : 'This file holds no private key. Choose what gpg --armor --export-secret-keys writes.'
  // A file may hold the public key as well, in a block of its own.
  const [block = '', ...more] = text.match(BLOCK) ?? []
  if (more.length > 0) return SEVERAL
  try {
    const keys = armored
      ? await openpgp.readPrivateKeys({ armoredKeys: block, config: CONFIG })
      : await openpgp.readPrivateKeys({ binaryKeys: file, config: CONFIG })
    if (keys.length > 1) return SEVERAL
    return keys[0] ?? 'This file holds no private key. Choose what gpg --armor --export-secret-keys writes.'
  } catch {
    if (!armored && (await isPublic(file)))
      return 'This is a public key. Choose the file of the private key, as gpg --export-secret-keys writes it.'
    return 'This file holds no private key that can be read. Choose what gpg --armor --export-secret-keys writes.'
  }
}

async function isPublic(file: Uint8Array): Promise<boolean> {
  return openpgp.readKeys({ binaryKeys: file, config: CONFIG }).then(
    (keys) => keys.length > 0,
    () => false,
  )
}

async function open(key: openpgp.PrivateKey, passphrase: string): Promise<openpgp.PrivateKey | string> {
  const isLocked = key
    .getKeys()
    .some(
      ({ keyPacket }) =>
        (keyPacket instanceof openpgp.SecretKeyPacket || keyPacket instanceof openpgp.SecretSubkeyPacket) &&
        !keyPacket.isDummy() &&
        !keyPacket.isDecrypted(),
    )
  if (!isLocked) return key
  if (passphrase === '') return 'This key is protected: type its passphrase.'
  try {
    return await openpgp.decryptKey({ privateKey: key, passphrase, config: CONFIG })
  } catch (error) {
    if (error instanceof Error && /argon2|webassembly/i.test(error.message))
      return 'This key is protected with Argon2, which this page does not open. Sign in a terminal instead.'
    return 'The passphrase does not open this key.'
  }
}
