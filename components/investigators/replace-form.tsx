'use client'

import { Notice } from '@/components/feedback/notice'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import type { ReplacementPreview } from '@/lib/mig/investigators/previews'
import { replaceKey } from '@/lib/mig/investigators/server-actions'
import { KeyInput } from './key-input'
import { KeyUnderstood, Warnings } from './key-preview'

type Seen = { id: string; fingerprint: string; digest: string; isDisabled: boolean }

/** Stores another key for a person: first what that changes, then the button that does it. */
export function ReplaceKeyForm({ seen }: { seen: Seen }) {
  return (
    <Form action={replaceKey} label="Replace the key" showResult={false} className="max-w-[44rem]">
      <input type="hidden" name="investigator" value={seen.id} />
      <input type="hidden" name="fingerprint" value={seen.fingerprint} />
      <input type="hidden" name="digest" value={seen.digest} />
      <input type="hidden" name="disabled" value={seen.isDisabled ? '1' : ''} />
      <Steps id={seen.id} />
    </Form>
  )
}

function Steps({ id }: { id: string }) {
  const state = useFormState()
  const preview = state.detail as ReplacementPreview | undefined
  if (preview) return <Save id={id} preview={preview} />
  const row = state.status === 'ok' ? state.values?.id : undefined
  if (row)
    return (
      <Notice live tone="good" title={visibleText(state.message ?? '')}>
        <TextLink href={`/investigators/${row}`}>Look at the row</TextLink> or{' '}
        <TextLink href={`/audit?row=${state.values?.audit}`}>at the audit</TextLink>.
      </Notice>
    )
  return (
    <>
      <FormResult />
      <KeyInput hint="The same key with a new expiry, subkeys or a revocation is merged with the stored one. Another key gets a row of its own. Both are shown before anything is stored." />
      <div>
        <SubmitButton name="step" value="preview" pendingLabel="Reading the key" icon="search">
          Read the key
        </SubmitButton>
      </div>
    </>
  )
}

const TITLES: Record<ReplacementPreview['kind'], string> = {
  merge: 'The same key: both copies are stored together',
  store: 'The key is stored in this row',
  rotate: 'Another key: it gets a row of its own',
}

const BUTTONS: Record<ReplacementPreview['kind'], string> = {
  merge: 'Store both together',
  store: 'Store the key',
  rotate: 'Replace by the new key',
}

function Save({ id, preview }: { id: string; preview: ReplacementPreview }) {
  const { kind, key, changes, warnings } = preview
  return (
    <>
      <h2 className="font-semibold text-lg">{TITLES[kind]}</h2>
      <Notice tone="waiting" title="What will change">
        <ul className="list-disc pl-4">
          {[...changes, ...effects(preview)].map((sentence) => (
            <li key={sentence}>
              <bdi>{visibleText(sentence)}</bdi>
            </li>
          ))}
        </ul>
      </Notice>
      <KeyUnderstood keyFacts={key} />
      <input type="hidden" name="armoredKey" value={key.armored} />
      <Warnings warnings={warnings} label="Store it anyway" />
      <div className="flex flex-wrap gap-2">
        <SubmitButton name="step" value="save" pendingLabel="Saving" icon="check">
          {BUTTONS[kind]}
        </SubmitButton>
        <LinkButton href={`/investigators/${id}`} kind="quiet">
          Leave it as it is
        </LinkButton>
      </div>
    </>
  )
}

function effects({ kind, key, name, consequences }: ReplacementPreview): string[] {
  const { weights, sessions, tokens, openActions } = consequences
  const ended = `${formatCount(sessions, 'session')} and ${formatCount(tokens, 'token')}`
  const acl = aclEffect(consequences)
  if (kind === 'rotate')
    return [
      `${name} gets a new row with the new key, the same name and role; ${formatCount(weights, 'weight')} are copied to it, and a disabled mark goes along.`,
      `The old row stays, because signatures refer to it, and is disabled: ${ended} of it end.`,
      `${formatCount(openActions, 'open action')} keep the old key’s signature.`,
      'Keyrings and agents are not told: give them the new key, and take the old one away.',
      acl.files,
    ]
  if (kind === 'merge' && key.revoked)
    return [
      `${ended} end; ${formatCount(openActions, 'open action')} stop verifying once keyrings hold the revocation.`,
      acl.lost,
      acl.files,
    ]
  return ['Weights, role, sessions and tokens stay as they are.']
}

function aclEffect({ acl }: ReplacementPreview['consequences']): { lost: string; files: string } {
  if (!acl)
    return {
      lost: 'The minimums of the ACL that nobody could reach without this key are being counted.',
      files: 'The endpoints whose ACL file changes with the key are being counted.',
    }
  const { lost, endpoints } = acl.found
  return {
    lost: `${formatCount(lost.count, 'minimum')} of the ACL can no longer be reached without this key.`,
    files: `The ACL file of ${formatCount(endpoints, 'endpoint')} changes with the key.`,
  }
}
