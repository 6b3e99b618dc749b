'use client'

import { useId } from 'react'
import { Notice } from '@/components/feedback/notice'
import { TextareaField } from '@/components/forms/fields'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Field } from '@/components/ui/field'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import { compareFile } from '@/lib/mig/acl/file-actions'
import type { Comparison } from '@/lib/mig/acl/file-records'

/** Compares an agent's own file with the tables. */
export function CompareFileForm({ of }: { of: { name: 'agent' | 'group'; value: string } }) {
  const id = useId()
  return (
    <Form action={compareFile} label="Compare an agent's file" showResult={false} className="max-w-4xl">
      <input type="hidden" name={of.name} value={of.value} />
      <Answer />
      <Field
        id={`${id}-file`}
        label="The agent’s file"
        hint="Its acl.cfg, or the Go source with AGENTACL; at most 4 MB. Nothing of it is kept but a digest, the moment and your name."
      >
        <input
          id={`${id}-file`}
          name="file"
          type="file"
          className="text-sm file:mr-3 file:h-8 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-3 file:font-medium"
        />
      </Field>
      <TextareaField name="text" label="Or its text" mono rows={4} spellCheck={false} />
      <div>
        <SubmitButton icon="search" pendingLabel="Comparing">
          Compare with the tables
        </SubmitButton>
      </div>
    </Form>
  )
}

function Answer() {
  const state = useFormState()
  const found = state.status === 'ok' ? (state.detail as Comparison) : null
  if (!found) return <FormResult />
  if (found.differing === 0)
    return (
      <Notice live tone="good" title={visibleText(state.message ?? '')}>
        Every minimum weight and every weight by key is the same; names may differ. <AuditLink />
      </Notice>
    )
  const value = (one: number | null) => (one === null ? <span className="text-muted">none</span> : formatNumber(one))
  return (
    <div className="flex flex-col gap-2">
      <Notice live tone="attention" title={visibleText(state.message ?? '')}>
        <AuditLink />
      </Notice>
      <PlainTable
        caption="Differences"
        headers={['Module', 'What', 'In the file', 'In the tables']}
        rows="[&_td]:h-row"
      >
        {found.differences.map((one) => (
          <tr key={`${one.module} ${one.what} ${one.fingerprint}`}>
            <td>
              <bdi>{visibleText(one.module)}</bdi>
            </td>
            <td>
              {one.what === 'weight' ? (
                <span title={one.fingerprint ?? undefined}>
                  weight of <bdi>{visibleText(one.name ?? one.fingerprint ?? '')}</bdi>
                </span>
              ) : (
                <>
                  minimum weight
                  {one.what === 'module' && (
                    <span className="text-muted">
                      , the module is not in the {one.before === null ? 'file' : 'tables'}
                    </span>
                  )}
                </>
              )}
            </td>
            <td className="tabular-nums">{value(one.before)}</td>
            <td className="tabular-nums">{value(one.after)}</td>
          </tr>
        ))}
      </PlainTable>
      {found.differing > found.differences.length && (
        <p className="text-muted text-sm">
          The first {formatNumber(found.differences.length)} of {formatCount(found.differing, 'difference')}.
        </p>
      )}
    </div>
  )
}

function AuditLink() {
  return <TextLink href="/audit?kind=acl.file.compare">In the audit</TextLink>
}
