import { requireViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { MAX_SEARCH, searchEverywhere } from '@/lib/mig/search/queries'

/** What a text names, as JSON, for the palette. */
export async function GET(request: Request): Promise<Response> {
  try {
    const viewer = await requireViewer()
    const q = new URL(request.url).searchParams.get('q') ?? ''
    if (q.length > MAX_SEARCH) throw new AppError('invalid', `A search takes at most ${MAX_SEARCH} characters.`)
    return Response.json({ groups: await searchEverywhere(viewer, q) }, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    return refusal(error)
  }
}
