import type { MigId } from '@/lib/mig/wire/id'
import { recentAnswers } from '@/lib/recent-answers'

/**
 * Keeps what took long to count over the commands of an action for a minute where the action is completed: only a late answer
 * changes anything then. Of any other action it is asked anew.
 */
export function settledAnswers<T>() {
  const recent = recentAnswers<T>({ quick: 100, fresh: 60_000, most: 50 })
  return (action: { id: MigId; status: string | null }, question: unknown, ask: () => Promise<T>): Promise<T> =>
    action.status === 'completed' ? recent(JSON.stringify([action.id, question]), ask) : ask()
}
