// @ts-check
// Whether something in the spool changed: the stamps of the directories, which tell on any file system, also one of the network,
// that an entry came or went; and, where the system reports changes, that a file was written to.

import fs from 'node:fs'
import { openDirectory, refusal, STATES } from './worker-directory.mjs'

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
          parts.push(`${stamp}+${changesIn(request.root, kind, state, stamp, directory.path)}`)
        } finally {
          directory.close()
        }
      } catch (error) {
        parts.push(refusal(error, 'directory').reason)
      }
    }
  return { token: parts.join(' ') }
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
