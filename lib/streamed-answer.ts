import 'server-only'
import { pipeline, Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { readsOfThisRequest } from '@/lib/db/read'

type Piece = string | Buffer

/** An answer whose first pieces are made, so that what fails is an error and no empty file. */
export type Begun = {
  /** The answer: the rest is made as fast as it is taken. A HEAD request gets its headers alone. */
  answer(headers: Record<string, string>): Promise<Response>
  /** Ends the pieces of an answer that is not given. */
  end(): Promise<void>
}

// What scripts/packed-answers.cjs tells a handler.
const MAY_PACK = 'x-mig-may-pack'
const PIECE = 1 << 16

/**
 * Begins to answer a request with these pieces, with the reads of this request to their end. Who stops taking them, or went
 * before the answer began, ends them.
 */
export async function beginAnswer(
  { method, headers: asked, signal }: Request,
  pieces: AsyncGenerator<Piece>,
  { first = 1, mayPack = false }: { first?: number; mayPack?: boolean } = {},
): Promise<Begun> {
  const asAsked = await readsOfThisRequest()
  const next = () => asAsked(() => pieces.next())
  const made: IteratorResult<Piece>[] = []
  while (made.length < first) made.push(await next())
  const end = async () => void (await pieces.return(undefined))
  const isPacked = mayPack && asked.get(MAY_PACK) === '1'

  function body(): ReadableStream {
    const plain = Readable.from(
      (async function* () {
        for (const piece of made) if (!piece.done) yield piece.value
        for (let piece = await next(); !piece.done; piece = await next()) yield piece.value
      })(),
      { objectMode: false, highWaterMark: PIECE },
    )
    // Next does not touch the body of an answer whose reader is gone already: its connection would be held for ever.
    const leave = () => plain.destroy()
    signal.addEventListener('abort', leave, { once: true })
    plain.once('close', () => {
      signal.removeEventListener('abort', leave)
      // Whatever ending meets, nobody is there any more to be told.
      end().catch(() => {})
    })
    if (!isPacked) return Readable.toWeb(plain) as ReadableStream
    const packed = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: PIECE })
    // What either end meets reaches the other; the reader learns of it by the stream itself.
    pipeline(plain, packed, () => {})
    return Readable.toWeb(packed) as ReadableStream
  }

  return {
    end,
    answer: async (headers) => {
      // Nobody takes what a HEAD request began, nor what its reader went away from.
      const isTaken = method !== 'HEAD' && !signal.aborted
      if (!isTaken) await end()
      return new Response(isTaken ? body() : null, {
        headers: {
          ...headers,
          ...(isPacked && { 'x-mig-packed': 'gzip' }),
          ...(mayPack && { vary: 'Accept-Encoding' }),
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      })
    },
  }
}
