import 'server-only'
import { requestViewer, type Viewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { rawParams, refusal } from '@/lib/export'
import type { ListDefinition, ListParams } from '@/lib/list-params'
import { type Cursor, printCursor } from '@/lib/page'

/** The GET handler of a list's windows, for what is scrolled instead of turned: JSON `{rows, next}` by the list's own parameters. */
export function windowRoute<F>(
  list: ListDefinition<F>,
  read: (viewer: Viewer, params: ListParams<F>) => Promise<{ rows: object[]; next: Cursor | null }>,
) {
  return async (request: Request): Promise<Response> => {
    try {
      const viewer = await requestViewer(request)
      const parsed = list.parse(rawParams(new URL(request.url)))
      if (!parsed.ok) throw new AppError('invalid', parsed.problem)
      const { rows, next } = await read(viewer, parsed.params)
      return Response.json({ rows, next: next && printCursor(next) }, { headers: { 'cache-control': 'no-store' } })
    } catch (error) {
      return refusal(error)
    }
  }
}
