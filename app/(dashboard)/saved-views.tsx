import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { ViewMenu } from '@/components/views/view-menu'
import type { Viewer } from '@/lib/auth/viewer'
import type { ListDefinition, ListParams, RawParams } from '@/lib/list-params'
import { isViewList, viewQuery } from '@/lib/views/lists'
import { defaultViewHref, listViews } from '@/lib/views/queries'

/** A list's filters with its saved views beside them. */
export async function SavedViews<F>({
  viewer,
  list,
  params,
  children,
}: {
  viewer: Viewer
  list: ListDefinition<F>
  params: ListParams<F>
  children?: ReactNode
}) {
  if (!isViewList(list.path)) return children
  const saved = await listViews(viewer, list.path, params.view)
  const query = viewQuery(new URL(list.href(params), 'http://list').search)
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2 max-md:relative">
      <div className="min-w-0 grow sm:flex-1 sm:max-md:basis-full md:basis-[36rem]">{children}</div>
      <ViewMenu list={list.path} query={query} open={params.view} saved={saved} />
    </div>
  )
}

/** Leads to the viewer's default view when a list is opened without any parameter. */
export async function openDefaultView<F>(viewer: Viewer, list: ListDefinition<F>, raw: RawParams): Promise<void> {
  if (Object.keys(raw).length > 0) return
  const href = await defaultViewHref(viewer, list)
  if (href) redirect(href)
}
