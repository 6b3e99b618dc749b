import 'server-only'
import { metricsViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { formatFor, METRIC_FORMATS, metricsText } from '@/lib/metrics/text'
import { collectMetrics } from './queries'

/** The answer to a scrape, in the format that it asks for; scrapes are not audited. */
export async function answerScrape(request: Request): Promise<Response> {
  try {
    const viewer = await metricsViewer(request)
    const format = formatFor(request.headers.get('accept'))
    const headers = { 'content-type': METRIC_FORMATS[format], 'cache-control': 'no-store' }
    return new Response(metricsText(await collectMetrics(viewer), format), { headers })
  } catch (error) {
    const answer = refusal(error)
    if (error instanceof AppError && error.code === 'unauthenticated')
      answer.headers.set('www-authenticate', 'Bearer realm="MIG dashboard metrics"')
    return answer
  }
}
