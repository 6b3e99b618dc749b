'use client'

import { Form } from '@/components/forms/form'
import { bulkChange } from '@/lib/mig/acl/bulk-actions'
import { BatchFields } from './batch-form'

/** Measures and saves the bulk change that the page shows; `query` is its address, `seen` what was counted. */
export function BulkForm({ query, seen, cells }: { query: string; seen: string; cells: number }) {
  return (
    <Form action={bulkChange} label="Save the change" className="max-w-[48rem]" showResult={false}>
      <input type="hidden" name="query" value={query} />
      <input type="hidden" name="seen" value={seen} />
      <BatchFields cells={cells} />
    </Form>
  )
}
