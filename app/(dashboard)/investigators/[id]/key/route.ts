import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { getPublicKey } from '@/lib/mig/investigators/queries'
import { parseId } from '@/lib/mig/wire/id'

/** The investigator's public key, armored. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const id = parseId((await params).id)
    const key = id && (await getPublicKey(viewer, id))
    if (!key) throw new AppError('not_found', 'No readable public key is stored for this investigator.')
    const bytes = Buffer.byteLength(key.armored)
    await recordExport(viewer, { kind: 'export.download', object: { type: 'investigator', id }, bytes })
    return new Response(key.armored, {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${key.fingerprint}.asc"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
