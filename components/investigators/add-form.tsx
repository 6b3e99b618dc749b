'use client'

import { Notice } from '@/components/feedback/notice'
import { InputField } from '@/components/forms/fields'
import { Form, FormResult, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { LinkButton } from '@/components/ui/button'
import { Fingerprint } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { KeyPreview } from '@/lib/mig/investigators/previews'
import { saveFingerprint, saveInvestigator } from '@/lib/mig/investigators/server-actions'
import { KeyInput } from './key-input'
import { KeyUnderstood, Warnings } from './key-preview'

/** Adds an investigator from a public key: first what was understood of it, then the button that saves. */
export function AddInvestigatorForm() {
  return (
    <Form action={saveInvestigator} label="Add an investigator" showResult={false} className="max-w-[44rem]">
      <Steps />
    </Form>
  )
}

function Steps() {
  const state = useFormState()
  const preview = state.detail as KeyPreview | undefined
  if (preview) return <Save preview={preview} />
  return (
    <>
      <Added />
      <KeyInput hint="From gpg --armor --export NAME. The fingerprint is computed from it; text around the key and signatures of others do no harm. At most 64 KiB without those." />
      <div>
        <SubmitButton name="step" value="preview" pendingLabel="Reading the key" icon="search">
          Read the key
        </SubmitButton>
      </div>
    </>
  )
}

function Save({ preview }: { preview: KeyPreview }) {
  const { key, name, warnings, completes } = preview
  return (
    <>
      <h2 className="font-semibold text-lg">This is what will be stored</h2>
      <KeyUnderstood keyFacts={key} />
      <input type="hidden" name="armoredKey" value={key.armored} />
      {completes ? (
        <Notice tone="waiting" title="The fingerprint is known without a key">
          It is that of <bdi>{visibleText(completes.name)}</bdi> (investigator {completes.id}). The key is stored in
          that row, which keeps its id and its name.
          <input type="hidden" name="complete" value="on" />
        </Notice>
      ) : (
        <InputField
          name="name"
          label="Name"
          hint="Proposed from the key’s user id."
          defaultValue={name}
          required
          maxLength={1024}
          autoComplete="off"
        />
      )}
      <Warnings warnings={warnings} label="Store it anyway" />
      <div className="flex flex-wrap gap-2">
        <SubmitButton name="step" value="save" pendingLabel="Saving" icon="check">
          {completes ? 'Store the key' : 'Add the investigator'}
        </SubmitButton>
        <LinkButton href="/investigators/add" kind="quiet">
          Another key
        </LinkButton>
      </div>
    </>
  )
}

function Added() {
  const state = useFormState()
  if (state.status !== 'ok') return <FormResult />
  const { id, fingerprint } = state.values ?? {}
  return (
    <Notice live tone="good" title={visibleText(state.message ?? '')}>
      Fingerprint {fingerprint && <Fingerprint copy>{fingerprint}</Fingerprint>}.{' '}
      {id && <TextLink href={`/investigators/${id}`}>Look at the row</TextLink>} or{' '}
      {id && <TextLink href={`/acl/permissions?investigator=${id}`}>set weights</TextLink>}: without any, this person
      may run nothing.
    </Notice>
  )
}

/** Adds a row with name and fingerprint alone; its key can be stored later. */
export function AddFingerprintForm() {
  return (
    <Form action={saveFingerprint} label="Add a fingerprint" showResult={false} className="max-w-[44rem]">
      <Added />
      <InputField name="name" label="Name" required maxLength={1024} autoComplete="off" />
      <InputField
        name="fingerprint"
        label="Fingerprint"
        hint="40 hexadecimal digits, blanks allowed, as gpg --fingerprint prints it. Compare it with its owner by another way than mail."
        required
        maxLength={128}
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
      />
      <div>
        <SubmitButton pendingLabel="Saving" icon="plus">
          Add without a key
        </SubmitButton>
      </div>
    </Form>
  )
}
