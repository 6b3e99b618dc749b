import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import type { Module } from '@/lib/mig/modules/queries'
import { SoftLinks } from './soft-links'

export type MatrixRow = {
  key: string
  head: ReactNode
  cell: (module: Module) => ReactNode
  /** The form of one of the row's cells, drawn below it. */
  form?: ReactNode
  /** Set apart from the rows below it. */
  lead?: boolean
}

// Said once for all cells: hundreds of them would repeat it.
const CELLS = cn(
  '[&_td]:h-row [&_td]:border-line [&_td]:border-t [&_td]:border-l [&_td]:p-0 [&_td]:text-center [&_td]:tabular-nums',
  '[&_[data-cell]]:flex [&_[data-cell]]:h-row [&_[data-cell]]:min-w-14 [&_[data-cell]]:items-center [&_[data-cell]]:justify-center [&_[data-cell]]:px-2',
  '[&_a[data-cell]]:-outline-offset-2 [&_a[data-cell]:hover]:bg-hover',
)

/** Rows × modules with sticky heads; it scrolls in itself, so that the heads stay in sight. */
export function Matrix({
  caption,
  corner,
  modules,
  rows,
  empty,
}: {
  caption: string
  corner: string
  modules: readonly Module[]
  rows: readonly MatrixRow[]
  empty: ReactNode
}) {
  return (
    <SoftLinks className="overflow-auto rounded-md border border-line bg-surface md:max-h-[max(24rem,calc(100dvh-17rem))] print:max-h-none print:overflow-visible">
      <table className="border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th
              scope="col"
              className="sticky top-0 left-0 z-3 h-row w-72 min-w-40 bg-surface px-3 text-left font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]"
            >
              {corner}
            </th>
            {modules.map((module) => (
              <th
                key={module.id}
                scope="col"
                className="sticky top-0 z-2 h-row min-w-16 whitespace-nowrap border-line border-l bg-surface px-2 text-center font-medium text-muted text-xs shadow-[inset_0_-1px_var(--line)]"
              >
                <ModuleHead module={module} />
              </th>
            ))}
            {/* Takes up what is left of a wide window, so that cells keep their size. */}
            <td aria-hidden="true" className="w-full border-line border-l" />
          </tr>
        </thead>
        <tbody className={CELLS}>
          {rows.map((row) => (
            <MatrixLine key={row.key} row={row} modules={modules} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <div className="sticky left-0 border-line border-t px-4 py-10 text-center">{empty}</div>}
    </SoftLinks>
  )
}

function ModuleHead({ module }: { module: Module }) {
  // No operation names it: it stands in for modules without a rule of their own.
  if (module.name === 'default' && !module.twin) return <bdi>{module.name}</bdi>
  if (!module.twin)
    return (
      <TextLink
        href={`/actions?module=${encodeURIComponent(module.name)}`}
        title={`Actions that run ${module.name}`}
        className="text-muted hover:text-ink"
      >
        <bdi>{visibleText(module.name)}</bdi>
      </TextLink>
    )
  return (
    <span
      className="inline-flex items-center gap-1 text-attention"
      title={`Two modules are named ${module.name} (this one is ${module.id}): the tables do not say whose rules hold.`}
    >
      <bdi>{visibleText(module.name)}</bdi>
      <Icon name="alert" className="size-3.5" />
      <span className="sr-only">shares its name with another module</span>
    </span>
  )
}

function MatrixLine({ row, modules }: { row: MatrixRow; modules: readonly Module[] }) {
  return (
    <>
      <tr className={row.lead ? 'bg-sunken' : undefined}>
        <th
          scope="row"
          className={cn(
            'sticky left-0 z-1 h-row max-w-[min(22rem,60vw)] border-line border-t px-3 text-left font-normal',
            row.lead ? 'bg-sunken' : 'bg-surface',
          )}
        >
          {row.head}
        </th>
        {modules.map((module) => (
          <td key={module.id}>{row.cell(module)}</td>
        ))}
        <td aria-hidden="true" />
      </tr>
      {row.form && (
        <tr className="bg-accent-tint">
          <td
            colSpan={modules.length + 2}
            className="border-l-0! p-0! text-left! shadow-[inset_0_1px_var(--accent),inset_0_-1px_var(--accent)]"
          >
            <div className="sticky left-0 w-fit max-w-[calc(100vw-2.5rem)] px-3 py-3">{row.form}</div>
          </td>
        </tr>
      )}
    </>
  )
}
