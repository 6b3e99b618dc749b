'use client'

import { Notice } from '@/components/feedback/notice'
import { TextareaField } from '@/components/forms/fields'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { LinkButton } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import { type ImportDetail, importCells } from '@/lib/mig/acl/bulk-actions'
import type { ImportPreview } from '@/lib/mig/acl/import-preview'
import { BatchFields } from './batch-form'

const PATH = '/acl/import'
const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** Imports a file of one matrix: first what it would change, then as one batch. Works before scripts have loaded. */
export function ImportForm() {
  return (
    <Form action={importCells} label="Import" showResult={false}>
      <Steps />
    </Form>
  )
}

function Steps() {
  const detail = useFormState().detail as Partial<ImportDetail> | undefined
  if (detail?.preview && detail.changes !== undefined)
    return <Difference preview={detail.preview} changes={detail.changes} isSaved={detail.answer?.kind === 'saved'} />
  return (
    <div className="flex max-w-[48rem] flex-col gap-4">
      <FormResult />
      <Field
        id="import-file"
        label="File"
        hint="What one of the two matrices exports: CSV or NDJSON, or a JSON list of the same objects; at most 7.5 MB."
      >
        <input
          id="import-file"
          type="file"
          name="file"
          accept=".csv,.tsv,.txt,.json,.ndjson"
          className="text-sm file:mr-3 file:h-8 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-3 file:font-medium"
        />
      </Field>
      <TextareaField name="text" label="Or its text" mono rows={6} />
      <div>
        <SubmitButton name="step" value="preview" pendingLabel="Reading the file" icon="search">
          Show the difference
        </SubmitButton>
      </div>
    </div>
  )
}

function Difference({ preview, changes, isSaved }: { preview: ImportPreview; changes: string; isSaved: boolean }) {
  const { table, lines, added, changed, removed, unchanged, refused, cells, refusals } = preview
  const count = added + changed + removed
  return (
    <>
      <input type="hidden" name="changes" value={changes} />
      <input type="hidden" name="shown" value={JSON.stringify(preview)} />
      <p>
        {formatCount(lines, 'line')} of {table === 'agtmodreq' ? 'minimum weights' : 'weights'}: {formatNumber(added)}{' '}
        new, {formatNumber(changed)} changed, {formatNumber(removed)} removed, {formatNumber(unchanged)} unchanged
        {refused > 0 && <b className="font-medium text-bad">, {formatNumber(refused)} refused</b>}. Rules that the file
        does not name stay as they are.
      </p>
      {refusals.length > 0 && (
        <PlainTable caption="Refused lines" headers={['Line', 'Why it is refused']} rows="[&_td]:py-1">
          {refusals.map(({ line, why }) => (
            <tr key={line}>
              <td className="tabular-nums">{line}</td>
              <td className="text-bad">
                <bdi>{visibleText(why)}</bdi>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      {refused > refusals.length && (
        <p className="text-muted text-xs">
          The first {refusals.length} of {formatNumber(refused)} refused lines.
        </p>
      )}
      {cells.length > 0 && !isSaved && (
        <PlainTable
          caption="Cells that change"
          headers={['Line', 'Endpoint', 'Module', ...(table === 'agtmodreq' ? [] : ['Investigator']), 'Now', 'Then']}
          rows="[&_td]:py-1 [&_td]:whitespace-nowrap"
        >
          {cells.map((cell) => (
            <tr key={cell.line}>
              <td className="tabular-nums">{cell.line}</td>
              <td>
                <TextLink href={`/agents/${cell.agentid}`}>
                  <bdi>{visibleText(cell.name)}</bdi>
                </TextLink>
              </td>
              <td>
                <bdi>{visibleText(cell.module)}</bdi>
              </td>
              {cell.investigator !== null && (
                <td>
                  <bdi>{visibleText(cell.investigator)}</bdi>
                </td>
              )}
              <td className="tabular-nums">{words(cell.seen)}</td>
              <td className="font-medium tabular-nums">{words(cell.value)}</td>
            </tr>
          ))}
        </PlainTable>
      )}
      {count > cells.length && !isSaved && (
        <p className="text-muted text-xs">
          The first {cells.length} of {formatNumber(count)}.
        </p>
      )}
      {count === 0 ? (
        <Notice tone="neutral">The file changes nothing.</Notice>
      ) : (
        <>
          {refused > 0 && !isSaved && (
            <Notice tone="attention">The refused lines stay out: only the other cells are saved.</Notice>
          )}
          <div className="flex max-w-[48rem] flex-col gap-4">
            <BatchFields cells={count} />
          </div>
        </>
      )}
      <div>
        <LinkButton href={PATH} kind="quiet">
          Another file
        </LinkButton>
      </div>
    </>
  )
}
