import type { BatchAnswer } from '@/lib/mig/acl/change'
import { EffectFigures } from './effect-figures'

/** What the changes would do to who can run what, as the server answered. */
export function Effects({ answer, isWaiting }: { answer: BatchAnswer | null; isWaiting: boolean }) {
  const effects = answer?.kind === 'preview' || answer?.kind === 'confirm' ? answer.effects : null
  return (
    <div className="min-w-0" aria-busy={isWaiting}>
      <h3 className="mb-1 font-medium text-xs">What it does</h3>
      {effects ? (
        <div className={isWaiting ? 'opacity-55' : undefined}>
          <EffectFigures effects={effects} />
        </div>
      ) : (
        <p role="status" className="text-muted text-xs">
          {isWaiting || !answer || answer.kind === 'saved'
            ? 'Asking the database what it would do'
            : 'What they would do was not measured.'}
        </p>
      )}
    </div>
  )
}
