'use client'

import { Notice } from '@/components/feedback/notice'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { LinkButton } from '@/components/ui/button'
import { Icon } from '@/components/ui/icon'
import { Fingerprint } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatUtc } from '@/lib/format'
import type { KeyringRow } from '@/lib/mig/investigators/previews'
import { importKeyring } from '@/lib/mig/investigators/server-actions'
import { KeyInput } from './key-input'

/** Imports a keyring: first what each key in it comes to, then those that are ticked. */
export function ImportForm() {
  return (
    <Form action={importKeyring} label="Import a keyring" showResult={false}>
      <Steps />
    </Form>
  )
}

function Steps() {
  const state = useFormState()
  const rows = state.detail as KeyringRow[] | undefined
  if (rows) return <Choose rows={rows} />
  return (
    <div className="flex max-w-[44rem] flex-col gap-4">
      {state.status === 'ok' ? (
        <Notice live tone="good" title={visibleText(state.message ?? '')}>
          <TextLink href="/investigators?view=all">Look at the list</TextLink> or{' '}
          <TextLink href="/audit?kind=investigator">at the audit</TextLink>.
        </Notice>
      ) : (
        <FormResult />
      )}
      <KeyInput
        label="Keyring"
        rows={8}
        hint="A file such as pubring.gpg, or what gpg --armor --export prints: public keys alone, at most 8 MB and 500 keys."
      />
      <div>
        <SubmitButton name="step" value="preview" pendingLabel="Reading the keyring" icon="search">
          Read the keyring
        </SubmitButton>
      </div>
    </div>
  )
}

const isImportable = ({ verdict }: KeyringRow) => verdict === 'new' || verdict === 'completes'

function Choose({ rows }: { rows: readonly KeyringRow[] }) {
  const importable = rows.filter(isImportable)
  return (
    <>
      <p className="text-muted">
        {formatCount(rows.length, 'key')} in the file, {importable.length} of them can be imported. Nothing is stored
        yet; what is ticked is stored in one transaction.
      </p>
      <input type="hidden" name="armoredKey" value={importable.map((row) => row.key?.armored ?? '').join('\n')} />
      <PlainTable
        caption="Keys of the file"
        headers={['Import', 'Name', 'Key', 'Expires', 'What becomes of it']}
        rows="[&_td]:py-1.5 [&_td]:align-top"
      >
        {rows.map((row) => (
          <KeyRow key={row.place} row={row} />
        ))}
      </PlainTable>
      <div className="flex flex-wrap gap-2">
        {importable.length > 0 && (
          <SubmitButton name="step" value="save" pendingLabel="Importing" icon="check">
            Import what is ticked
          </SubmitButton>
        )}
        <LinkButton href="/investigators/import" kind="quiet">
          Another file
        </LinkButton>
      </div>
    </>
  )
}

function KeyRow({ row }: { row: KeyringRow }) {
  const { place, key, name, verdict, sentence, warnings } = row
  const title = visibleText(name) || `key ${place} of the file`
  return (
    <tr>
      <td>
        {key && isImportable(row) ? (
          <input
            type="checkbox"
            name={`take-${key.fingerprint}`}
            aria-label={`Import ${title}`}
            defaultChecked={warnings.length === 0}
            className="size-4 accent-accent-solid"
          />
        ) : (
          <Icon name={verdict === 'refused' ? 'circle-x' : 'circle-minus'} className="size-4 text-faint" />
        )}
      </td>
      <td>
        <bdi>{title}</bdi>
      </td>
      <td className="whitespace-nowrap">
        {key ? (
          <>
            {key.algorithm}
            <span className="block text-faint text-xs">
              <Fingerprint>{key.fingerprint}</Fingerprint>
            </span>
          </>
        ) : (
          'unreadable'
        )}
      </td>
      <td className="whitespace-nowrap">{key && (key.expires ? formatUtc(key.expires) : 'never')}</td>
      <td className="min-w-[18rem]">
        <span className={verdict === 'refused' ? 'text-bad' : undefined}>
          <bdi>{visibleText(sentence ?? 'A new investigator.')}</bdi>
        </span>
        {isImportable(row) &&
          warnings.map((warning) => (
            <span key={warning} className="block text-attention text-xs">
              {warning}
            </span>
          ))}
      </td>
    </tr>
  )
}
