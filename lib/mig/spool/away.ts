/** A page that is not of the spool, or only has something added by it, does not wait longer for it. */
export const PATIENCE_MS = 1_000
/** A spool that did not answer is left alone for so long. */
const AWAY_MS = 15_000
/** A process that never asked may have to start its worker first. */
const FIRST_MS = 2_500
const SLOW = 'The spool does not answer in time.'

const away = new Map<string, { until: number; sentence: string }>()
const met = new Set<string>()

/**
 * What `ask` gives of the spool at `root` within so many milliseconds, or why not, in a sentence. When time ran out, or when
 * `reasonOf` tells of an answer that the spool was away, it is not asked again for a while, or until that answer comes.
 */
export async function unlessAway<T>(
  root: string,
  patienceMs: number,
  ask: () => Promise<T>,
  reasonOf: (answer: T) => string | null,
): Promise<{ answer: T } | { away: string }> {
  const known = away.get(root)
  if (known && known.until > performance.now()) return { away: known.sentence }
  const note = (sentence: string | null) => {
    if (sentence === null) away.delete(root)
    else away.set(root, { until: performance.now() + AWAY_MS, sentence })
  }
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<null>((settle) => {
    timer = setTimeout(() => settle(null), met.has(root) ? patienceMs : Math.max(patienceMs, FIRST_MS))
  })
  met.add(root)
  const asked = ask().then((answer) => {
    note(reasonOf(answer))
    return { answer }
  })
  try {
    const answered = await Promise.race([asked, enough])
    if (answered) return answered
  } finally {
    clearTimeout(timer)
  }
  // Nobody waits any more: an error is the next one's to meet.
  asked.catch(() => {})
  note(SLOW)
  return { away: SLOW }
}

/**
 * What `ask` gives within a page's patience, null when it takes longer or the spool is left alone. For questions that a large
 * directory makes slow: that time ran out says nothing of the spool.
 */
export async function whilePatient<T>(root: string, ask: () => Promise<T>): Promise<T | null> {
  const known = away.get(root)
  if (known && known.until > performance.now()) return null
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<null>((settle) => {
    timer = setTimeout(() => settle(null), PATIENCE_MS)
  })
  const asked = ask()
  try {
    return await Promise.race([asked, enough])
  } finally {
    clearTimeout(timer)
    asked.catch(() => {})
  }
}
