import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Why the embedded database cannot run, as a sentence for the person who starts it. */
export class EmbeddedDatabaseError extends Error {
  override name = 'EmbeddedDatabaseError'
}

/** Whether this process is root's, whom postgres refuses. */
export const root = process.getuid?.() === 0

/** Whom a server runs as. */
export type Account = { uid: number; gid: number }

/** Whom a server runs as: postgres refuses root, so there it is the account "postgres" if there is one, else "nobody". */
export function account(): Account | undefined {
  if (!root) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // The next name.
    }
  }
  throw new EmbeddedDatabaseError(
    'Running as root, and there is no account "postgres" or "nobody" to run PostgreSQL as: start as another user or set DATABASE_URL.',
  )
}

/** True when every folder above and including `p` lets other accounts pass. */
export function reachable(p: string): boolean {
  for (let d = path.resolve(p); ; d = path.dirname(d)) {
    if (existsSync(d) && (statSync(d).mode & 0o001) === 0) return false
    if (path.dirname(d) === d) return true
  }
}

/** The folder that holds the cluster, its passwords, its port and its log. */
export function embeddedFolder(dir: string): string {
  const wanted = path.join(path.resolve(dir), 'postgres')
  if (!root || reachable(path.dirname(path.resolve(dir)))) return wanted
  const hash = createHash('sha256').update(path.resolve(dir)).digest('hex').slice(0, 12)
  return path.join('/var/lib/mig-dashboard', hash)
}

// Not `recursive`: below a file system without folders of its own, such as /proc, Node.js 20 then tries for ever.
function makeFolder(folder: string, mode: number): void {
  if (existsSync(folder)) return
  if (path.dirname(folder) !== folder) makeFolder(path.dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e
  }
}

/** Makes the cluster's folder. As root only one of root's own is used: another account could have planted its content. */
export function prepareFolder(base: string): void {
  try {
    makeFolder(base, root ? 0o711 : 0o700)
    const found = lstatSync(base)
    if (!found.isDirectory()) throw new EmbeddedDatabaseError(`The data folder ${base} is not a folder.`)
    const uid = process.getuid?.()
    if (uid !== undefined && found.uid !== uid)
      throw new EmbeddedDatabaseError(
        `The data folder ${base} belongs to another account (uid ${found.uid}): start as that account, or set DB_HOME to another folder.`,
      )
    if (root) chmodSync(base, 0o711)
    const probe = path.join(base, `.write-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (e) {
    if (e instanceof EmbeddedDatabaseError) throw e
    const { code } = e as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new EmbeddedDatabaseError(`The data folder ${base} is on a full disk.`)
    throw new EmbeddedDatabaseError(
      `The data folder ${base} is not writable (${code}): make it writable, or set DB_HOME to another folder.`,
    )
  }
}

/** What a file holds, without blanks around it; nothing where it is not there. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** A secret of the cluster, made at the first asking. */
export function secret(base: string, name: string): string {
  const file = path.join(base, name)
  const kept = readText(file)
  if (kept) return kept
  const made = randomBytes(24).toString('base64url')
  writeFileSync(file, `${made}\n`, { mode: 0o600 })
  return made
}
