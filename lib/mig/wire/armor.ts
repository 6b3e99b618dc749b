const BEGIN = '-----BEGIN PGP SIGNATURE-----'
const END = '-----END PGP SIGNATURE-----'
const LINE_LENGTH = 64

/**
 * The one-line form in which MIG keeps an armored signature: base64, then `=` and four characters of CRC-24
 * (mig-domain 6.4). The checksum is added where newer tools left it out. Throws when it is no armored signature.
 */
export function stripSignatureArmor(armored: string): string {
  const lines = armored.split(/\r\n|\n|\r/).map((line) => line.trim())
  const begin = lines.indexOf(BEGIN)
  const end = lines.indexOf(END, begin + 1)
  if (begin < 0 || end < 0) throw new Error('not an armored PGP signature')
  if (lines.includes(BEGIN, begin + 1)) throw new Error('more than one armored PGP signature')

  let first = begin + 1
  while (first < end && lines[first]?.includes(':')) first++
  const body = lines.slice(first, end).filter((line) => line !== '')
  const checksum = /^=[A-Za-z0-9+/]{4}$/.test(body.at(-1) ?? '') ? body.pop()?.slice(1) : undefined
  const payload = body.join('')
  const expected = checksumOf(payload)
  if (checksum !== undefined && checksum !== expected) throw new Error('the checksum of the signature is wrong')
  return `${payload}=${expected}`
}

/** The armored form of MIG's one-line signature. Throws when it is not base64 with its right CRC-24. */
export function restoreSignatureArmor(oneLine: string): string {
  const text = oneLine.trim()
  const cut = text.lastIndexOf('=')
  const payload = text.slice(0, Math.max(cut, 0))
  const checksum = text.slice(cut + 1)
  if (cut < 0 || checksumOf(payload) !== checksum) throw new Error('the checksum of the signature is wrong or missing')
  const lines = payload.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []
  return [BEGIN, '', ...lines, `=${checksum}`, END, ''].join('\n')
}

/** CRC-24 of RFC 4880 section 6.1. */
export function crc24(bytes: Iterable<number>): number {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1
      if (crc & 0x1000000) crc ^= 0x1864cfb
    }
  }
  return crc & 0xffffff
}

function checksumOf(payload: string): string {
  if (payload === '' || payload.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(payload)) {
    throw new Error('the signature is not base64')
  }
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
  const crc = crc24(bytes)
  return btoa(String.fromCharCode(crc >> 16, (crc >> 8) & 0xff, crc & 0xff))
}
