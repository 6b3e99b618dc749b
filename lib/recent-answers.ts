export type Recency = {
  /** An answer that took no longer than this, in milliseconds, is made anew for whoever asks. */
  quick: number
  /** For how long others are given again, from when they were asked for, in milliseconds. */
  fresh: number
  /** How many are kept. */
  most: number
  /** The clock, in milliseconds. */
  clock?: () => number
}

/**
 * Asks a costly question once for all who ask the same of this process within a while; who asks meanwhile waits for that
 * answer. A failed one is not kept.
 */
export function recentAnswers<T>({ quick, fresh, most, clock = () => performance.now() }: Recency) {
  const kept = new Map<string, { since: number; answer: Promise<T> }>()
  return (question: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(question)
    const since = clock()
    if (known && since - known.since < fresh) return known.answer
    const answer = ask()
    kept.delete(question)
    kept.set(question, { since, answer })
    const [oldest] = kept.keys()
    if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    const forget = () => {
      if (kept.get(question)?.answer === answer) kept.delete(question)
    }
    answer.then(() => {
      if (clock() - since <= quick) forget()
    }, forget)
    return answer
  }
}
