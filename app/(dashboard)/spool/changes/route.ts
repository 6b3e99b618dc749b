import { requireViewer } from '@/lib/auth/viewer'
import { refusal } from '@/lib/export'
import { readWatchedFile, spoolChange } from '@/lib/mig/spool/change'

/** JSON {changed}: whether the spool, or the file that is named, is another one than when the token `since` was given. */
export async function GET(request: Request): Promise<Response> {
  try {
    const viewer = await requireViewer()
    const params = new URL(request.url).searchParams
    const current = await spoolChange(viewer, readWatchedFile(params))
    const changed = params.get('since') !== current
    return Response.json({ changed }, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(error)
  }
}
