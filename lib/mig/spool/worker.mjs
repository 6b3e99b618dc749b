// @ts-check
// The child process that does every file access of the spool: a mount that hangs stops this process and not the site.
// Plain JavaScript without dependencies, because the production build starts this very file with Node. It never writes.

import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { openDirectory, Refused, read, refusal, rootRefusal, STATES } from './worker-directory.mjs'
import { list, overdue, peek, stat, survey, tally } from './worker-list.mjs'
import { scan } from './worker-scan.mjs'
import { token } from './worker-watch.mjs'

const STRANGERS_NAMED = 20

/** What lies in the root and the two kind directories besides what MIG puts there. @param {any} request */
function root(request) {
  const directory = openDirectory(request.root, [], 'to-list')
  try {
    const entries = fs.readdirSync(directory.path, { encoding: /** @type {BufferEncoding} */ ('latin1') })
    directory.recheck()
    const besides = entries.filter((name) => !STATES.has(name))
    for (const [kind, states] of STATES) {
      if (!entries.includes(kind)) continue
      try {
        const below = openDirectory(request.root, [kind], 'to-list')
        try {
          const names = fs.readdirSync(below.path, { encoding: /** @type {BufferEncoding} */ ('latin1') })
          below.recheck()
          for (const name of names) if (!states.includes(name)) besides.push(`${kind}/${name}`)
        } finally {
          below.close()
        }
      } catch {
        // The states of this kind say what is wrong with it.
      }
    }
    return { besides: besides.sort().slice(0, STRANGERS_NAMED), besidesCount: besides.length }
  } catch (error) {
    throw error instanceof Refused ? error : rootRefusal(error)
  } finally {
    directory.close()
  }
}

/** @param {any} request @param {(seen: number) => void} progress @returns {unknown} */
function answer(request, progress) {
  if (typeof request.root !== 'string' || !path.isAbsolute(request.root) || request.root.includes('\0'))
    throw new Refused('absent-root')
  switch (request.command) {
    case 'root':
      return root(request)
    case 'survey':
      return survey(request, progress)
    case 'list':
      return list(request, progress)
    case 'stat':
      return stat(request, progress)
    case 'read':
      return read(request)
    case 'overdue':
      return overdue(request, progress)
    case 'tally':
      return tally(request, progress)
    case 'peek':
      return peek(request, progress)
    case 'scan':
      return scan(request)
    case 'token':
      return token(request)
    default:
      throw new Refused('bad-state')
  }
}

/** @param {object} message */
function send(message) {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

process.on('message', async (/** @type {any} */ request) => {
  try {
    const value = await answer(request, (seen) => send({ id: request.id, type: 'progress', seen }))
    send({ id: request.id, type: 'done', value })
  } catch (error) {
    const refused = refusal(error, 'directory')
    send({ id: request.id, type: 'refused', reason: refused.reason, code: refused.code, facts: refused.facts })
  }
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C in a terminal reaches the whole group; this process ends with its parent, not before it.
process.on('SIGINT', () => {})
send({ id: 0, type: 'ready' })
