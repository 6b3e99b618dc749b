import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { freePort, runStarter, temporaryDataDir } from '@/lib/testing/site'
import { checkDataFolder } from './checks'

// Runs the real script to its refusal: the sentence, a code other than 0, no stack trace, and nothing slow before it.

let dataDir: string
const servers: Server[] = []
beforeEach(() => {
  dataDir = temporaryDataDir()
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function refusal(settings: Record<string, string>, nodeArgs: string[] = []): Promise<string> {
  const port = String(await freePort())
  const { code, output } = await runStarter({ PORT: port, DB_HOME: dataDir, ...settings }, nodeArgs)
  expect(code, output).toBe(1)
  expect(output).not.toMatch(/^\s+at /m)
  expect(output).not.toMatch(/^(Embedded PostgreSQL|Site|Server) /m)
  return output
}

function listen(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {})).once('error', reject)
    servers.push(server)
    server.listen(0, host, () => resolve((server.address() as { port: number }).port))
  })
}

const onDatabase = (database: string) => {
  const url = new URL(inject('cluster').ownerUrl)
  url.pathname = `/${database}`
  return url
}

describe('settings', () => {
  test('every wrong one is told, a line each', async () => {
    const output = await refusal({ HEARTBEAT_PERIOD: 'often', MIG_NOW: 'now', PORT: '99999' })
    expect(output.trim().split('\n')).toHaveLength(3)
    expect(output).toContain('HEARTBEAT_PERIOD')
    expect(output).toContain('MIG_NOW')
    expect(output).toContain('PORT')
  })

  test.each(['v12.22.12', 'v18.20.8', 'v20.18.3', 'v21.7.3', 'v22.11.0', 'v23.5.0'])('Node.js %s', async (version) => {
    const fake = path.join(dataDir, 'version.cjs')
    writeFileSync(fake, `Object.defineProperty(process, 'version', { value: '${version}' })`)
    const output = await refusal({}, ['--require', fake])
    expect(output).toBe(
      `Node.js 20.19, 22.12 or 24 and newer is needed, this is ${version}: install a newer one, see https://nodejs.org.\n`,
    )
  })

  test('an option that there is not', async () => {
    const { code, output } = await runStarter({}, [], ['--prot', '3001'])
    expect(code).toBe(2)
    expect(output).toContain('npm start')
  })
})

describe('where it listens', () => {
  test('a port that is taken', async () => {
    const port = await listen('127.0.0.1')
    expect(await refusal({ PORT: String(port) })).toBe(
      `Port ${port} on 127.0.0.1 is taken by another program: stop that one, or choose another port, for example PORT=${port + 1} npm start.\n`,
    )
  })

  test('an address of another machine', async () => {
    const output = await refusal({ HOST: '192.0.2.1', APP_URL: 'https://mig.example.net' })
    expect(output).toContain('HOST 192.0.2.1 is no address of this machine')
  })
})

describe('the data folder', () => {
  test('below a file', async () => {
    const file = path.join(dataDir, 'file')
    writeFileSync(file, '')
    expect(await refusal({ DB_HOME: path.join(file, 'data') })).toContain('cannot be written')
  })

  test('where this account may not write', async () => {
    const closed = path.join(dataDir, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    const sentence = `The data folder ${closed} cannot be written by the account `
    if (process.getuid?.() !== 0) {
      expect(await refusal({ DB_HOME: closed })).toContain(sentence)
      return
    }
    // Root may write everywhere: another account asks, in this process.
    process.seteuid?.(65_534)
    try {
      expect(() => checkDataFolder(closed)).toThrow(sentence)
    } finally {
      process.seteuid?.(0)
    }
  })
})

describe('DATABASE_URL', () => {
  test('malformed: the value, which may hold a password, is not repeated', async () => {
    const output = await refusal({ DATABASE_URL: 'postgresql://u:hunter2@db' })
    expect(output).toContain('DATABASE_URL names no database')
    expect(output).not.toContain('hunter2')
  })

  test('nobody listens there', async () => {
    const url = `postgresql://u:hunter2@127.0.0.1:${await freePort()}/mig`
    const output = await refusal({ DATABASE_URL: url })
    expect(output).toContain('connection refused')
    expect(output).not.toContain('hunter2')
  })

  test('somebody listens who never answers', async () => {
    const url = `postgresql://u:hunter2@127.0.0.1:${await listen('127.0.0.1')}/mig`
    expect(await refusal({ DATABASE_URL: url })).toContain('does not answer within')
  })

  test('a wrong password', async () => {
    const url = onDatabase('postgres')
    url.password = 'hunter2'
    const output = await refusal({ DATABASE_URL: url.href })
    expect(output).toContain('refuses the user name or the password')
    expect(output).not.toContain('hunter2')
  })

  test('a database that is not there', async () => {
    expect(await refusal({ DATABASE_URL: onDatabase('nothing').href })).toContain('There is no such database')
  })

  test('an empty database names the command', async () => {
    expect(await refusal({ DATABASE_URL: onDatabase('postgres').href })).toContain('npm run mig-dashboard -- db setup')
  })
})
