import { createHash, randomBytes } from 'node:crypto'

/** 32 random bytes in the alphabet A–Z a–z 0–9 _ - */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What the database keeps of a secret: its SHA-256. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Whether a text has the form of one of our secrets; anything else is not looked up. */
export function isSecret(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text)
}
