import { Badge } from '@/components/ui/badge'
import { buttonClass } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatNumber } from '@/lib/format'
import { type ViewList, viewHref } from '@/lib/views/lists'
import type { Views } from '@/lib/views/queries'
import { DefaultForm, EditForm, KeepForm, RemoveForm } from './view-forms'

/** A list's saved views beside its filters: to open, to save the one shown, to open the list with one. */
export function ViewMenu({
  list,
  query,
  open,
  saved: { views, more },
}: {
  list: ViewList
  /** What the list shows now. */
  query: string
  /** The view that the address names. */
  open: string | undefined
  saved: Views
}) {
  const current = views.find(({ id }) => id === open)
  const first = views.find(({ isDefault }) => isDefault)
  const isChanged = current !== undefined && current.query !== query
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm md:mt-[1.3125rem] md:ml-auto md:flex-row-reverse print:hidden">
      <details className="md:relative" name="views">
        <summary className={buttonClass({ kind: 'secondary' }, 'cursor-pointer list-none')}>
          <Icon name="flag" className="size-4" />
          <span>Views</span>
          {views.length > 0 && (
            <span className="text-muted tabular-nums">
              {views.length}
              {more && '+'}
            </span>
          )}
        </summary>
        <div className="absolute left-0 z-20 md:right-0 md:left-auto mt-1 flex max-h-[70vh] w-[min(26rem,calc(100vw-2rem))] flex-col gap-3 overflow-y-auto rounded-md border border-line-strong bg-raised p-3 shadow-overlay">
          {views.length === 0 && <p className="text-muted">No view of this list is saved yet.</p>}
          {views.length > 0 && (
            <ul aria-label="Saved views" className="flex flex-col gap-1">
              {views.map((view) => (
                <li key={view.id} className="border-line border-b pb-1 last:border-b-0">
                  <div className="flex flex-wrap items-center gap-2">
                    <TextLink href={viewHref(view)} className="wrap-anywhere">
                      <bdi>{visibleText(view.name)}</bdi>
                    </TextLink>
                    {view.shared && (
                      <Badge title={view.isOwn ? 'Everybody sees it' : `Made by ${visibleText(view.ownerName)}`}>
                        {view.isOwn ? 'shared' : `by ${visibleText(view.ownerName)}`}
                      </Badge>
                    )}
                    {view.isDefault && <Badge title="The list opens with it for you">default</Badge>}
                  </div>
                  <Disclosure summary="Change" className="text-xs">
                    <div className="flex flex-col gap-3 pb-2 pl-5">
                      <DefaultForm list={list} view={view.isDefault ? '' : view.id} name={view.name} />
                      {view.mayChange && <EditForm view={view.id} name={view.name} shared={view.shared} />}
                      {view.mayChange && <RemoveForm view={view.id} name={view.name} shared={view.shared} />}
                    </div>
                  </Disclosure>
                </li>
              ))}
            </ul>
          )}
          {more && (
            <p className="text-muted">
              These are the first {formatNumber(views.length)} by name, your own before those of others. A link to
              another one opens it.
            </p>
          )}
          <KeepForm list={list} query={query} />
        </div>
      </details>
      {current && (
        <span className="text-muted">
          {current.isDefault ? 'Your default view' : 'View'}{' '}
          <bdi className="font-medium text-ink">{visibleText(current.name)}</bdi>
          {isChanged && ', changed'}.
        </span>
      )}
      {(current || (first && open !== 'all')) && <TextLink href={`${list}?view=all`}>Show all</TextLink>}
      {first && first.id !== open && <TextLink href={viewHref(first)}>Back to your default view</TextLink>}
    </div>
  )
}
