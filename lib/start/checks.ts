import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Refusal } from './refusal'

const SPOOL_PATIENCE_MS = 5_000

/** Throws a Refusal when another program listens on the address, or this account may not. */
export function checkPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Refusal(portProblem(host, port, error.code))))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
}

function portProblem(host: string, port: number, code = ''): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is taken by another program: stop that one, or choose another port, for example PORT=${port === 65_535 ? 3000 : port + 1} npm start.`
  if (code === 'EACCES') return `Port ${port} may not be used by this account: choose one above 1023 with PORT.`
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(code))
    return `HOST ${host} is no address of this machine: set it to one, for example 127.0.0.1.`
  return `Listening on ${host} port ${port} is not possible (${code}): choose others with HOST and PORT.`
}

/** Makes the data folder; throws a Refusal when this account cannot write in it. */
export function checkDataFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
    const probe = path.join(dir, `.write-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC')
      throw new Refusal(`The data folder ${dir} is on a full disk: make room, or set DB_HOME to another folder.`)
    throw new Refusal(
      `The data folder ${dir} cannot be written by the account ${accountName()} (${code}): change its owner, or set DB_HOME to another folder.`,
    )
  }
}

function accountName(): string {
  try {
    return os.userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'of this process')
  }
}

/** The key by which Next seals what it sends with forms: made once, kept in the data folder, readable by its owner only. */
export function keptActionsKey(dir: string): string {
  const file = path.join(dir, 'server-actions-key')
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (Buffer.from(kept, 'base64').length === 32) return kept
  } catch {
    // Not made yet.
  }
  const key = randomBytes(32).toString('base64')
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return key
}

// In a process of its own: a share that hangs would hold this one at its end.
const LOOK = `try { require('fs').readdirSync(process.argv[1]); process.send('') } catch (e) { process.send(e.code || 'error') }`

/** Returns what to say of the spool in one phrase; never throws and takes at most five seconds. */
export function lookAtSpool(dir: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', LOOK, dir], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const answer = (text: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      child.unref()
      child.channel?.unref()
      resolve(text)
    }
    const timer = setTimeout(() => answer(`${dir} does not answer; the spool pages will say so`), SPOOL_PATIENCE_MS)
    child.once('error', () => answer(`${dir} cannot be looked at`))
    child.once('message', (code) => {
      if (code === '') answer(dir)
      else if (code === 'ENOENT')
        answer(`${dir} is not there; the spool pages say so (MIG_SPOOL_DIR names another folder)`)
      else if (code === 'EACCES') answer(`${dir} may not be read by this account; the spool pages say so`)
      else answer(`${dir} cannot be read (${String(code)}); the spool pages say so`)
    })
  })
}
