export type Recency = {
  /** An answer that took no longer than this, in milliseconds, is made anew for whoever asks. */
  quick: number
  /** For how long others are given again, from when they were asked for, in milliseconds. */
  fresh: number
  /** For how long after that the old one is still given, while a new one is made, in milliseconds; no longer without it. */
  renewed?: number
  /** Which failures are told again as long as an old answer is given, when they took long; none without it. */
  keepsFailure?: (error: unknown) => boolean
  /** How many are kept. */
  most: number
  /** The clock, in milliseconds. */
  clock?: () => number
}

type Kept<T> = { since: number; answer: Promise<T>; hasFailed?: true; next?: Promise<unknown> }

/**
 * Asks a costly question once for all who ask the same of this process within a while; who asks meanwhile waits for that
 * answer.
 */
export function recentAnswers<T>({
  quick,
  fresh,
  renewed = 0,
  keepsFailure = () => false,
  most,
  clock = () => performance.now(),
}: Recency) {
  const kept = new Map<string, Kept<T>>()

  function keep(question: string, answer: Promise<T>, since: number): void {
    const one: Kept<T> = { since, answer }
    kept.delete(question)
    kept.set(question, one)
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    const settle = (isKept: boolean) => {
      if ((!isKept || clock() - since <= quick) && kept.get(question) === one) kept.delete(question)
    }
    answer.then(
      () => settle(true),
      (error) => {
        one.hasFailed = true
        settle(keepsFailure(error))
      },
    )
  }

  return (question: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(question)
    const since = clock()
    if (known && since - known.since < fresh) return known.answer
    if (known && since - known.since < fresh + renewed) {
      if (!known.next && !known.hasFailed) {
        const next = ask()
        const take = () => keep(question, next, since)
        known.next = next.then(take, take)
      }
      return known.answer
    }
    const answer = ask()
    keep(question, answer, since)
    return answer
  }
}
