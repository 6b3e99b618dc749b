'use client'

import { InputField } from '@/components/forms/fields'
import { Form } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Checkbox } from '@/components/ui/field'
import { visibleText } from '@/components/ui/visible-text'
import { MAX_VIEW_NAME } from '@/lib/views/lists'
import { dropView, editView, keepView, openWith } from '@/lib/views/server-actions'

const NAME = { name: 'name', label: 'Name', required: true, maxLength: MAX_VIEW_NAME, autoComplete: 'off' } as const

/** Saves the list as it is shown. */
export function KeepForm({ list, query }: { list: string; query: string }) {
  return (
    <Form action={keepView} label="Save this view" className="gap-2">
      <input type="hidden" name="list" value={list} />
      <input type="hidden" name="query" value={query} />
      <InputField {...NAME} hint={query ? undefined : 'No filter is set: this saves the list as it is.'} />
      <Checkbox name="shared" label="For everybody" />
      <div>
        <SubmitButton icon="plus" pendingLabel="Saving">
          Save this view
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Names a view anew, shares it or takes it back. */
export function EditForm({ view, name, shared }: { view: string; name: string; shared: boolean }) {
  return (
    <Form action={editView} label={`Change ${visibleText(name)}`} className="gap-2">
      <input type="hidden" name="view" value={view} />
      <InputField {...NAME} defaultValue={name} />
      <Checkbox name="shared" label="For everybody" defaultChecked={shared} />
      <div>
        <SubmitButton pendingLabel="Saving">Save the change</SubmitButton>
      </div>
    </Form>
  )
}

/** Removes a view. */
export function RemoveForm({ view, name, shared }: { view: string; name: string; shared: boolean }) {
  return (
    <Form action={dropView} label={`Remove ${visibleText(name)}`} className="gap-2">
      <input type="hidden" name="view" value={view} />
      <div>
        <SubmitButton kind="danger" icon="trash" pendingLabel="Removing">
          {shared ? 'Remove it for everybody' : 'Remove'}
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Opens the list with a view from now on; without a view as it is. */
export function DefaultForm({ list, view, name }: { list: string; view: string; name: string }) {
  return (
    <Form action={openWith} label={`Default: ${visibleText(name)}`} className="gap-2">
      <input type="hidden" name="list" value={list} />
      <input type="hidden" name="view" value={view} />
      <div>
        <SubmitButton pendingLabel="Saving">{view ? 'Open the list with it' : 'Open the list without it'}</SubmitButton>
      </div>
    </Form>
  )
}
