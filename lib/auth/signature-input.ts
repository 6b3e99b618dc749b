/**
 * The signature that a person gave: pasted text, or a file as tools write it, armored or binary. A shell may have written
 * the file in UTF-16. Null when there is neither; a file wins over an empty paste only.
 */
export async function signatureInput(pasted: unknown, file: unknown): Promise<string | Uint8Array | null> {
  if (typeof pasted === 'string' && pasted.trim() !== '') return pasted
  if (!(file instanceof Blob) || file.size === 0) return null
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = decode(bytes)
  return text.includes('-----BEGIN ') ? text : bytes
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
