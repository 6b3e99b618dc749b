import type { ChildProcess } from 'node:child_process'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { EmbeddedDatabaseError, readText } from './embedded-folder'

function canListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as { port: number }
      server.close(() => resolve(got))
    })
  })
}

/** A free port; that of the last time where it is, so that a running program finds a restarted server again. */
export async function choosePort(
  base: string,
  ports: { from: number; to: number } | null | undefined,
  log: (line: string) => void,
): Promise<number> {
  const { from, to } = ports ?? { from: 0, to: 0 }
  const kept = Number(readText(path.join(base, 'port')))
  if (kept > 0 && (!ports || (kept >= from && kept <= to))) {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (await canListen(kept)) return kept
      await sleep(200)
    }
    log(`port ${kept} of the last start is taken`)
  }
  for (let port = from; port <= to; port++) {
    const got = await canListen(port)
    if (got) return got
  }
  throw new EmbeddedDatabaseError(`No port is free for the database between ${from} and ${to}: change DB_PORTS.`)
}

/** Whether a database answers at this address. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** Whether a process is there and no zombie. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM'
  }
  // A killed server may linger as a zombie until its parent looks after it.
  const stat = process.platform === 'linux' ? readText(`/proc/${pid}/stat`) : undefined
  return !stat || !/\) Z /.test(stat)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 })
    const end = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', end(true))
    socket.once('error', end(false))
    socket.once('timeout', end(false))
  })
}

/** Settles when a child has ended, or could not start. */
export function childExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

/** Settles when a server that another process started is gone: nobody tells us, so we look. */
export function goneByItself(pid: number, port: number): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      if (!alive(pid) || !(await listens(port))) return resolve()
      setTimeout(look, 500).unref()
    }
    setTimeout(look, 500).unref()
  })
}

/** Shuts the server of these data down, gently and then less so. */
export async function stopServer(data: string, pid: number, port: number): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  const same = () => Number(readText(file)?.split('\n')[0]) === pid
  if (!same() || !alive(pid)) return
  for (const [signal, limit] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new EmbeddedDatabaseError(`The database's process ${pid} belongs to another account and cannot be stopped.`)
    }
    const until = Date.now() + limit
    while (Date.now() < until) {
      // postmaster.pid goes last: then the files are free for the next start.
      if (!same() && (!alive(pid) || !(await listens(port)))) return
      if (!alive(pid)) return
      await sleep(50)
    }
  }
  throw new EmbeddedDatabaseError(`The database's process ${pid} does not stop.`)
}
