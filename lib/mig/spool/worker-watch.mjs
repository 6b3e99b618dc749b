// @ts-check
// Whether something in the spool changed: the stamps of the directories, which tell on any file system, also one of the network,
// that an entry came or went; and, where the system reports changes, that a file was written to. Where it does not (on a
// share), the files are looked at that somebody may write in place: those of action/new, and the one that is shown.

import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import process from 'node:process'
import { look, openDirectory, refusal, STATES, safeName, statePath } from './worker-directory.mjs'
import { isLocal, isSettled } from './worker-stamp.mjs'

/** For tests: a system that reports no change. */
const isSilent = process.argv.includes('--no-watch')
/** So many files of action/new are looked at. */
const LOOKED = 200

/** @type {Map<string, { inode: string, changes: number, watcher: fs.FSWatcher | null }>} */
const watched = new Map()

/** A text that is another one after every change that could be seen. @param {any} request */
export function token(request) {
  const parts = []
  for (const [kind, states] of STATES)
    for (const state of states) {
      try {
        const directory = openDirectory(request.root, [kind, state], 'to-list')
        try {
          const stamp = directory.stamp()
          if (!isSilent && isLocal(stamp.slice(0, stamp.indexOf(':')), directory.path)) {
            parts.push(`${stamp}+${changesIn(request.root, kind, state, stamp, directory.path)}`)
            continue
          }
          // Once more when the stamp has settled: what came within the same tick did not change it.
          parts.push(`${stamp}${isSettled(stamp, directory.path) ? '' : '~'}`)
          if (kind === 'action' && state === 'new') parts.push(writtenIn(directory))
        } finally {
          directory.close()
        }
      } catch (error) {
        parts.push(refusal(error, 'directory').reason)
      }
    }
  if (request.file) parts.push(factsOfFile(request.root, request.file))
  return { token: parts.join(' ') }
}

/** @param {string} root @param {any} file */
function factsOfFile(root, file) {
  const name = safeName(file.name)
  try {
    const directory = openDirectory(root, statePath(file), 'to-reach')
    try {
      return factsText(directory, name)
    } finally {
      directory.close()
    }
  } catch (error) {
    return refusal(error, 'directory').reason
  }
}

/** @param {import('./worker-directory.mjs').Directory} directory */
function writtenIn(directory) {
  const stream = fs.opendirSync(directory.path, {
    encoding: /** @type {BufferEncoding} */ (/** @type {unknown} */ ('buffer')),
    bufferSize: LOOKED,
  })
  const facts = []
  try {
    for (let entry = stream.readSync(); entry !== null && facts.length < LOOKED; entry = stream.readSync())
      facts.push(factsText(directory, Buffer.from(entry.name).toString('latin1')))
  } catch {
    // One vanished meanwhile: the stamp tells.
  } finally {
    stream.closeSync()
  }
  return facts.sort().join()
}

/** @param {import('./worker-directory.mjs').Directory} directory @param {string} name */
function factsText(directory, name) {
  const { kind, size, mtimeNs } = look(directory, name)
  return `${encodeURIComponent(name)}:${kind}:${size}:${mtimeNs}`
}

/** @param {string} root @param {string} kind @param {string} state @param {string} stamp @param {string} at */
function changesIn(root, kind, state, stamp, at) {
  const key = `${root} ${kind}/${state}`
  const inode = stamp.split(':').slice(0, 2).join(':')
  const known = watched.get(key)
  if (known?.inode === inode) return known.changes
  known?.watcher?.close()
  const entry = { inode, changes: (known?.changes ?? 0) + 1, watcher: /** @type {fs.FSWatcher | null} */ (null) }
  watched.set(key, entry)
  try {
    entry.watcher = fs.watch(at, { persistent: false }, () => entry.changes++)
    entry.watcher.on('error', () => {
      entry.watcher?.close()
      entry.watcher = null
    })
  } catch {
    // The system does not watch here: the stamps tell what they can.
  }
  return entry.changes
}
