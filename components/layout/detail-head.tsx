import type { ReactNode } from 'react'

export type Fact = { key: string; label: string; value: ReactNode }

/** The first lines of a detail page: its status, the facts that matter, and what can be done. */
export function DetailHead({
  status,
  facts = [],
  lead,
  action,
}: {
  status?: ReactNode
  facts?: Fact[]
  lead?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1.5 text-sm">
        {status}
        {facts.map((fact) => (
          <span key={fact.key} className="inline-flex min-w-0 items-baseline gap-1.5">
            <span className="text-faint">{fact.label}</span>
            <span className="min-w-0 wrap-anywhere">{fact.value}</span>
          </span>
        ))}
        {action && <div className="ml-auto flex items-center gap-2">{action}</div>}
      </div>
      {lead && <div className="max-w-text text-base text-muted wrap-anywhere">{lead}</div>}
    </div>
  )
}
