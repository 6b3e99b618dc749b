import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { getActionFile } from '@/lib/mig/actions/file-queries'
import { findIds } from '@/lib/mig/find-id'

/** The action as a file of MIG's own. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const [id, other] = await findIds(viewer, 'actions', (await params).id)
    if (other) throw new AppError('conflict', `Two actions have this id: ${id} and ${other}. Ask for one of them.`)
    const json = id && (await getActionFile(viewer, id))
    if (!json) throw new AppError('not_found', 'There is no action with this id.')
    await recordExport(viewer, {
      kind: 'export.download',
      object: { type: 'action', id },
      bytes: Buffer.byteLength(json),
    })
    return new Response(json, {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="${id}.json"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
