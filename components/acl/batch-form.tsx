'use client'

import { useId } from 'react'
import { Notice } from '@/components/feedback/notice'
import { FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { describedBy, Field, Input } from '@/components/ui/field'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { BatchDetail } from '@/lib/mig/acl/bulk-actions'
import type { BatchEffects } from '@/lib/mig/acl/change'
import { AclNote } from './acl-note'
import { LockoutBox } from './cell-form'
import { ConflictTable } from './conflict-table'

const WHO = { anyone: 'everybody together', alone: 'some one person alone', editor: 'you alone' }

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
        <Effects effects={answer.effects} />
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
      {effects && <Effects effects={effects} />}
      <ReasonField cells={cells} />
      <LockoutBox />
      <AclNote />
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

function ReasonField({ cells }: { cells: number }) {
  const id = useId()
  const state = useFormState()
  const error = state.fields?.reason
  const hint = cells > 1 ? 'Why these cells change: the audit keeps it with the batch.' : 'Kept in the audit.'
  return (
    <Field id={id} label="Reason" hint={hint} error={error} optional={cells === 1}>
      <Input
        id={id}
        name="reason"
        defaultValue={state.values?.reason ?? ''}
        autoComplete="off"
        maxLength={1000}
        {...describedBy(id, { hint: true, error })}
      />
    </Field>
  )
}

/** What a batch does to who can run what. */
function Effects({ effects }: { effects: BatchEffects }) {
  const { pairs, endpoints, samples } = effects
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted text-sm">
        Of {formatCount(pairs, 'pair')} of module and endpoint, on {formatCount(endpoints, 'endpoint')}:
      </p>
      <PlainTable caption="What it does" headers={['Can be run by', 'comes', 'goes']} rows="[&_td]:py-1 tabular-nums">
        {(['anyone', 'alone', 'editor'] as const).map((who) => (
          <tr key={who}>
            <td>{WHO[who]}</td>
            <td className={effects[who].gained > 0 ? 'font-medium text-good' : undefined}>
              {formatNumber(effects[who].gained)}
            </td>
            <td className={effects[who].lost > 0 ? 'font-medium text-bad' : undefined}>
              {formatNumber(effects[who].lost)}
            </td>
          </tr>
        ))}
      </PlainTable>
      {effects.anyone.lost > 0 && (
        <Notice
          tone="attention"
          title={`${formatCount(effects.anyone.lost, 'pair loses', 'pairs lose')} the last sufficient signers`}
        />
      )}
      {samples.length > 0 && (
        <ul aria-label="Examples" className="max-h-40 overflow-auto text-sm">
          {samples.map(({ agent, endpoint, module, what, gained }) => (
            <li key={`${agent} ${module} ${what}`}>
              <bdi>{visibleText(module)}</bdi> on{' '}
              <TextLink href={`/agents/${agent}`}>
                <bdi>{visibleText(endpoint)}</bdi>
              </TextLink>{' '}
              <span className={gained ? 'text-good' : 'text-bad'}>
                {gained ? 'can be run by' : 'can no longer be run by'} {WHO[what]}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
