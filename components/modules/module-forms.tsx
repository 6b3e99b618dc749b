'use client'

import { InputField } from '@/components/forms/fields'
import { Form } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { SureFields } from '@/components/forms/sure-fields'
import { Checkbox } from '@/components/ui/field'
import { LONGEST_MODULE_NAME } from '@/lib/mig/modules/name'
import { mark, remove, rename, saveModule } from '@/lib/mig/modules/server-actions'

/** A new module. */
export function AddModuleForm() {
  return (
    <Form action={saveModule} label="Add a module">
      <InputField
        name="name"
        label="Name"
        hint="As agents know it: operations of an action name it so. Its id is the next one that was never given."
        required
        maxLength={LONGEST_MODULE_NAME}
        autoComplete="off"
      />
      <div>
        <SubmitButton pendingLabel="Adding" icon="plus">
          Add the module
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Another name for a module; `used` says whether rules or actions use it, which asks for a box to be ticked. */
export function RenameModuleForm({ id, name, used }: { id: string; name: string; used: boolean }) {
  return (
    <Form action={rename} label="Rename">
      <input type="hidden" name="module" value={id} />
      <input type="hidden" name="seen" value={name} />
      <InputField
        key={name}
        name="name"
        label="Name"
        hint="Rules go with the module. Actions keep the name that they were written with."
        defaultValue={name}
        required
        maxLength={LONGEST_MODULE_NAME}
        autoComplete="off"
      />
      {used && <Checkbox name="sure" label="Rename it although rules or actions use it" />}
      <div>
        <SubmitButton size="sm" kind="secondary" pendingLabel="Renaming">
          Rename
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Marks a module as one that nobody should be able to run alone, or takes the mark away. */
export function MarkModuleForm({ id, sensitive }: { id: string; sensitive: boolean }) {
  return (
    <Form action={mark} label="Sensitive">
      <input type="hidden" name="module" value={id} />
      <p className="text-muted text-sm">
        {sensitive
          ? 'Marked sensitive: whoever can run it alone is pointed out.'
          : 'A sensitive module is one that nobody should be able to run alone.'}{' '}
        The mark is the dashboard’s own; agents do not know it.
      </p>
      <div>
        <SubmitButton
          size="sm"
          kind="secondary"
          icon="lock"
          pendingLabel="Saving"
          name="mark"
          value={sensitive ? 'off' : 'on'}
        >
          {sensitive ? 'Not sensitive any more' : 'Mark as sensitive'}
        </SubmitButton>
      </div>
    </Form>
  )
}

/** Removes a module that nothing uses; the box is the question before it. */
export function RemoveModuleForm({ id, name }: { id: string; name: string }) {
  return (
    <Form action={remove} label="Remove">
      <input type="hidden" name="module" value={id} />
      <input type="hidden" name="seen" value={name} />
      <SureFields label="Remove the module: its id does not come back" />
    </Form>
  )
}
