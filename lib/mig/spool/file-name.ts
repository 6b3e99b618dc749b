import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'

/**
 * The name of a file in the spool as canonical percent-encoded bytes: letters, digits, '.', '_' and '-' stand for themselves,
 * every other byte is %XX. So every name that a file system allows fits into a URL, a cell and a cursor.
 */
export type SpoolFileName = string & { readonly __spoolFileName: unique symbol }

const MAX_NAME_BYTES = 255
const PLAIN = /[\w.-]/

/** The canonical form of a name that comes as latin1 text, one character a byte. */
export function encodeFileName(latin1: string): SpoolFileName {
  let text = ''
  for (const character of latin1)
    text += PLAIN.test(character)
      ? character
      : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  return text as SpoolFileName
}

/** The bytes of a canonical name as latin1 text. */
export function fileNameBytes(name: SpoolFileName): string {
  return name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The bytes that a text means, as latin1: escapes like %FF are bytes, the rest is UTF-8. For a part of a name, too. */
export function nameTextBytes(text: string): string {
  let latin1 = ''
  for (const part of text.split(/(%[0-9A-Fa-f]{2})/))
    latin1 += /^%[0-9A-Fa-f]{2}$/.test(part)
      ? String.fromCharCode(Number.parseInt(part.slice(1), 16))
      : Buffer.from(part, 'utf8').toString('latin1')
  return latin1
}

/**
 * Reads a name from a URL, as `showFileName` or `encodeFileName` print it: null for what cannot be one name in a directory
 * (a slash, NUL, '.', '..', nothing, more than 255 bytes, a broken escape), in whatever encoding it comes.
 */
export function readFileName(text: string): SpoolFileName | null {
  if (text.length > 3 * MAX_NAME_BYTES || /%(?![0-9A-Fa-f]{2})/.test(text) || !text.isWellFormed()) return null
  const latin1 = nameTextBytes(text)
  if (latin1 === '' || latin1 === '.' || latin1 === '..' || latin1.length > MAX_NAME_BYTES || /[\0/]/.test(latin1))
    return null
  return encodeFileName(latin1)
}

/**
 * A name as people read it, and without doubt which: what is not a visible character of valid UTF-8 stays percent-encoded
 * (line breaks, direction marks, broken bytes), and so does the percent sign.
 */
export function showFileName(name: SpoolFileName): string {
  const bytes = Buffer.from(fileNameBytes(name), 'latin1')
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) return name
  return text.replace(/[%\p{C}\p{Zl}\p{Zp}]/gu, (c) => encodeFileName(Buffer.from(c, 'utf8').toString('latin1')))
}

/** A name that comes as latin1 text, as people read it. */
export function showBytes(latin1: string): string {
  return showFileName(encodeFileName(latin1))
}

/** The name as one segment of a URL's path. Escaped once more, because a router decodes a segment as UTF-8, which a name need not be. */
export function fileNameSegment(name: SpoolFileName): string {
  return encodeURIComponent(name)
}

/** The address of one file's page. */
export function spoolFileHref([kind, state]: SpoolDirectory, name: SpoolFileName): string {
  return `/spool/${kind}/${state}/file/${fileNameSegment(name)}`
}

/** The name in a page's route parameter, which Next hands over as it stands in the address; a route handler's is decoded already. */
export function readFileSegment(segment: string): SpoolFileName | null {
  try {
    return readFileName(decodeURIComponent(segment))
  } catch {
    return null
  }
}
