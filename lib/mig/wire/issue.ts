// What getty(8) fills in: a letter, or one with an argument in braces.
const ESCAPE = /\\(?:[46eS]\{[^}]*\}|[46bdeilmnoOrsStuUv](?![A-Za-z0-9]))/g

/** The first line of /etc/issue, as agents name their distribution by, without the escapes of getty(8); as it is where nothing else is in it. */
export function readableIssue(line: string): string {
  const readable = line
    .replace(ESCAPE, '')
    .replace(/\(\s*\)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return readable === '' ? line : readable
}
