/** The text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The commands that sign a one-use text detached and armored; PowerShell adds a CRLF, which sign-in accepts. */
export function signCommands(text: string): { shell: string; powerShell: string } {
  return {
    shell: `printf %s ${shellQuote(text)} | gpg --armor --detach-sign`,
    powerShell: `'${text.replaceAll("'", "''")}' | gpg --armor --detach-sign`,
  }
}
