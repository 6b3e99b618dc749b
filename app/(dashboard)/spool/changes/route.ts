import { requireViewer } from '@/lib/auth/viewer'
import { refusal } from '@/lib/export'
import { spoolChange } from '@/lib/mig/spool/change'

/** JSON {changed}: whether the spool is another one than when the token `since` was given. */
export async function GET(request: Request): Promise<Response> {
  try {
    const viewer = await requireViewer()
    const current = await spoolChange(viewer)
    const changed = new URL(request.url).searchParams.get('since') !== current
    return Response.json({ changed }, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(error)
  }
}
