// @ts-check
// The child process that checks the signatures of actions: looking for lost nanoseconds takes a second of work, and stored
// text may be hostile, so the site neither waits in its own thread nor trusts the check to end. Plain JavaScript, because
// the production build starts this very file with Node.

import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import process from 'node:process'
import { AS_MIG, signedBy } from '../../pgp/check-packet.mjs'

/** @typedef {import('./verifier').CheckRequest} CheckRequest */
/** @typedef {import('./verifier').CheckReply} CheckReply */
/** @typedef {import('./verifier').Candidate} Candidate */

// Of the candidates whose digest begins as the signature says, one in 65,536 by chance.
const MAX_CHECKS = 64

/** As the digest of a text signature sees it (RFC 9580 5.2.4). @param {string} text */
function canonical(text) {
  return text.replace(/(?<!\r)\n/g, '\r\n')
}

/**
 * The texts of one candidate in the order in which they are tried, each with the places of its times.
 * @param {Candidate} candidate
 * @returns {Generator<{ text: string, from: number | null, until: number | null }>}
 */
function* textsOf(candidate) {
  if (candidate.kind === 'exact') {
    yield { text: candidate.text, from: null, until: null }
    return
  }
  const { head, from, middle, until, tail, apart } = candidate
  const text = (/** @type {number} */ i, /** @type {number} */ j) => ({
    text: head + from[i] + middle + until[j] + tail,
    from: i,
    until: j,
  })
  if (apart === null) {
    for (let i = 0; i < from.length; i++) yield text(i, i)
    return
  }
  // Two clock readings in a row: the second one is later, by as little as possible. A clock that was set back comes last.
  const { offset, limit } = apart
  const first = Math.max(0, Math.abs(offset) - from.length)
  for (const direction of [1, -1]) {
    let tried = 0
    for (let size = first; size <= Math.abs(offset) + from.length; size++) {
      const shift = direction * size - offset
      for (let i = Math.max(0, -shift); i < from.length && i + shift < until.length; i++) {
        if (tried++ >= limit / 2) break
        yield text(i, i + shift)
      }
    }
  }
}

/** @param {CheckRequest} request @returns {Promise<CheckReply>} */
async function check({ stream, hash, isText, trailer, left16, keyId, keys, candidates }) {
  /** @type {CheckReply} */
  const reply = { match: null, alike: [], trouble: null }
  let checks = 0
  for (const [index, candidate] of candidates.entries())
    for (const { text, from, until } of textsOf(candidate)) {
      const digest = createHash(hash)
        .update(isText ? canonical(text) : text, 'utf8')
        .update(trailer)
        .digest()
      if (digest.readUInt16BE(0) !== left16) continue
      if (candidate.kind === 'exact') reply.alike.push(index)
      if (++checks > MAX_CHECKS) return reply
      for (const [key, armoredKey] of keys.entries())
        try {
          const bytes = Buffer.from(text, 'utf8')
          if (await signedBy({ signature: stream, armoredKey, keyId, bytes, date: null, config: AS_MIG }))
            return { ...reply, match: { candidate: index, key, from, until } }
        } catch (error) {
          reply.trouble ??= error instanceof Error ? error.message : 'unknown'
        }
    }
  return reply
}

/** @param {object} message */
function send(message) {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

process.on('message', async (/** @type {CheckRequest} */ request) => {
  try {
    send({ type: 'done', reply: await check(request) })
  } catch (error) {
    const trouble = error instanceof Error ? error.message : 'unknown'
    send({ type: 'done', reply: { match: null, alike: [], trouble } })
  }
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C in a terminal reaches the whole group; this process ends with its parent, not before it.
process.on('SIGINT', () => {})
send({ type: 'ready' })
