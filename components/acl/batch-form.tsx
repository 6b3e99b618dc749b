'use client'

import { Notice } from '@/components/feedback/notice'
import { FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { TextLink } from '@/components/ui/text-link'
import { formatCount } from '@/lib/format'
import type { BatchDetail } from '@/lib/mig/acl/bulk-actions'
import { AclNote } from './acl-note'
import { LockoutBox } from './cell-form'
import { ConflictTable } from './conflict-table'
import { EffectFigures } from './effect-figures'
import { ReasonField } from './reason-field'

// Below it a save takes seconds.
const LONG = 50_000

/** The fields with which a batch that the page shows is measured and saved, and what the server answered. */
export function BatchFields({ cells }: { cells: number }) {
  const state = useFormState()
  const { answer, conflicts = [] } = (state.detail ?? {}) as Partial<BatchDetail>
  if (answer?.kind === 'saved')
    return (
      <>
        <FormResult />
        <p className="text-sm">
          <TextLink href={`/acl/batches/${answer.auditId}`}>See the batch, or revert it</TextLink>
        </p>
        <EffectFigures effects={answer.effects} />
      </>
    )
  const effects = answer?.kind === 'preview' || answer?.kind === 'confirm' ? answer.effects : null
  const refused = state.status === 'error' && (
    <>
      <FormResult />
      {answer?.kind === 'conflict' && <ConflictTable conflicts={conflicts} total={answer.cells.length} />}
    </>
  )
  if (cells === 0)
    return (
      <>
        {refused}
        <Notice tone="neutral">Nothing would change.</Notice>
      </>
    )
  return (
    <>
      {refused}
      {effects && <EffectFigures effects={effects} />}
      <ReasonField cells={cells} />
      <LockoutBox />
      <AclNote />
      {cells > LONG && (
        <p className="max-w-text text-muted">
          All of it is one transaction, written and measured part by part: it may take some minutes, at most fifteen. If
          the answer is lost, the <TextLink href="/acl/batches?view=all">batches</TextLink> tell whether it was saved.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <SubmitButton name="step" value="save" pendingLabel="Saving" icon="check">
          Save {formatCount(cells, 'cell')}
        </SubmitButton>
        <SubmitButton name="step" value="effects" kind="secondary" pendingLabel="Measuring" icon="search">
          Show what it does
        </SubmitButton>
      </div>
    </>
  )
}
