// @ts-check
// The child process that does every file access of the spool: a mount that hangs stops this process and not the site.
// Plain JavaScript without dependencies, because the production build starts this very file with Node. It never writes.

import path from 'node:path'
import process from 'node:process'
import { overdue, survey, tally } from './worker-count.mjs'
import { openDirectory, pass, Refused, read, refusal, rootRefusal, STATES } from './worker-directory.mjs'
import { list, peek, stat } from './worker-list.mjs'
import { scan } from './worker-scan.mjs'
import { token } from './worker-watch.mjs'

const STRANGERS_NAMED = 20

/**
 * What lies in the root and the two kind directories besides what MIG puts there: how much, and the first names.
 * @param {any} request @param {(seen: number) => void} progress
 */
async function root(request, progress) {
  /** @type {string[]} */
  let named = []
  let besidesCount = 0
  const others = async (/** @type {string[]} */ below, /** @type {(name: string) => boolean} */ isOwn) => {
    const directory = openDirectory(request.root, below, 'to-list')
    try {
      const begin = () => {
        let count = 0
        /** @type {string[]} */
        let first = []
        return {
          visit(/** @type {string} */ name) {
            if (isOwn(name)) return
            count++
            first.push([...below, name].join('/'))
            if (first.length >= 100 * STRANGERS_NAMED) first = first.sort().slice(0, STRANGERS_NAMED)
          },
          result: () => ({ count, first }),
        }
      }
      const { count, first } = await pass(directory, begin, progress)
      besidesCount += count
      named = [...named, ...first].sort().slice(0, STRANGERS_NAMED)
    } finally {
      directory.close()
    }
  }
  try {
    await others([], (name) => STATES.has(name))
  } catch (error) {
    throw error instanceof Refused && error.reason.endsWith('-root') ? error : rootRefusal(error)
  }
  for (const [kind, states] of STATES)
    try {
      await others([kind], (name) => states.includes(name))
    } catch {
      // The states of this kind say what is wrong with it.
    }
  return { besides: named, besidesCount }
}

/** @param {any} request @param {(seen: number) => void} progress @returns {unknown} */
function answer(request, progress) {
  if (typeof request.root !== 'string' || !path.isAbsolute(request.root) || request.root.includes('\0'))
    throw new Refused('absent-root')
  switch (request.command) {
    case 'root':
      return root(request, progress)
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
