import type { GridWindow } from './grid-data'

/** The list that the windows are of, and the page of it whose rows are the first window. */
export type WindowSource = { path: string; after: string | null; before: string | null; size: number }

/** The rows after a place. Throws an error with a sentence for people. */
export async function fetchWindow(
  { path, before }: WindowSource,
  { after, size }: { after: string | null; size: number },
  signal?: AbortSignal,
): Promise<GridWindow> {
  const url = new URL(path, location.href)
  url.searchParams.set('size', String(size))
  if (after) url.searchParams.set('after', after)
  else if (before) url.searchParams.set('before', before)
  let answer: Response
  try {
    answer = await fetch(url, { cache: 'no-store', headers: { accept: 'application/json' }, signal })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Error('The server did not answer.')
  }
  if (answer.ok) return (await answer.json()) as GridWindow
  const sentence = answer.headers.get('content-type')?.startsWith('text/plain') ? await answer.text() : ''
  throw new Error(sentence.trim() || `The server answered with ${answer.status}.`)
}
