import 'server-only'
import { requireViewer, type Viewer } from '@/lib/auth/viewer'
import { countBefore, type ListQuery } from '@/lib/db/list'
import { AppError } from '@/lib/errors'
import { rawParams, refusal } from '@/lib/export'
import type { ListDefinition, ListParams, RawParams } from '@/lib/list-params'
import { readCursor } from '@/lib/page'

/** The GET handler that a page asks "how many rows come before my first one now?": JSON `{count, more}`. */
export function newRowsRoute<F>(
  list: ListDefinition<F>,
  query: (viewer: Viewer, params: ListParams<F>) => Promise<ListQuery>,
  fixed?: (route: Record<string, string>) => RawParams,
) {
  return async (request: Request, context: { params: Promise<Record<string, string>> }): Promise<Response> => {
    try {
      const viewer = await requireViewer()
      const url = new URL(request.url)
      const parsed = list.parse({ ...rawParams(url), ...fixed?.(await context.params) })
      if (!parsed.ok) throw new AppError('invalid', parsed.problem)
      const than = readCursor(url.searchParams.get('than') ?? '')
      if (!than) throw new AppError('invalid', 'The parameter "than" is not a place in this list.')
      const total = await countBefore(await query(viewer, parsed.params), parsed.params, than)
      return Response.json(total, { headers: { 'cache-control': 'no-store' } })
    } catch (error) {
      return refusal(error)
    }
  }
}
