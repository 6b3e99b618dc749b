'use client'

import Link from 'next/link'
import { Form, useFormState } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { Checkbox } from '@/components/ui/field'
import { revert } from '@/lib/mig/acl/server-actions'
import { LockoutBox } from './cell-form'
import { ReasonField } from './reason-field'

/** Puts back what a batch changed. Works before scripts have loaded. */
export function RevertForm({ batch, path, cells }: { batch: string; path: string; cells: number }) {
  return (
    <Form action={revert} label={`Revert batch ${batch}`} className="max-w-[36rem] gap-3">
      <RevertAnswer path={path} />
      <input type="hidden" name="batch" value={batch} />
      <ReasonField cells={cells} isRequired={cells > 1} />
      {cells > 1 && (
        <Checkbox
          name="skip"
          value="1"
          label="Leave out cells that somebody changed since, whose endpoint has a newer row, or whose module or investigator is gone"
          hint="Without it nothing is reverted while there is such a cell."
        />
      )}
      <LockoutBox />
      <div>
        <SubmitButton pendingLabel="Reverting">Revert</SubmitButton>
      </div>
    </Form>
  )
}

/** Where the answer leads: to the batch that was made, or to the cells in its way. */
function RevertAnswer({ path }: { path: string }) {
  const { detail } = useFormState()
  if (!detail || typeof detail !== 'object') return null
  if ('batch' in detail)
    return (
      <p>
        <Link href={`/acl/batches/${detail.batch}`} className="text-accent underline-offset-2 hover:underline">
          See batch {String(detail.batch)}
        </Link>
      </p>
    )
  if (!('conflicts' in detail)) return null
  return (
    <p>
      <Link href={`${path}?since=1`} className="text-accent underline-offset-2 hover:underline">
        See the cells in the way: changed since, or on a row that is not the newest any more
      </Link>
    </p>
  )
}
