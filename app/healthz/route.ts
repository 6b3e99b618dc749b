import { health } from '@/lib/mig/health'

/** 200 when pages can be served, else 503 with the reasons. */
export async function GET(): Promise<Response> {
  const now = await health()
  return Response.json(now, { status: now.ok ? 200 : 503, headers: { 'cache-control': 'no-store' } })
}
