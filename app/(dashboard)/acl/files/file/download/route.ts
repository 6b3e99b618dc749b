import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { rawParams, refusal } from '@/lib/export'
import { exportAclFile } from '@/lib/mig/acl/file-records'
import { FILE_PARTS } from '@/lib/mig/acl/files'
import { aclFileView } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

/** The file of an endpoint (`agent=`) or of all with one ACL (`group=`): `part=2019|2014|keys`. */
export async function GET(request: Request): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const { part: given = '2019', ...raw } = rawParams(new URL(request.url))
    const part = FILE_PARTS.find((one) => one === [given].flat()[0])
    if (!part) throw new AppError('invalid', 'A file is part=2019, part=2014 or part=keys.')
    const parsed = aclFileView.parse(raw)
    if (!parsed.ok) throw new AppError('invalid', parsed.problem)
    const { agent, group } = parsed.params.filters
    const of = agent ? { agent: agent.id } : group ? { group } : null
    if (!of || (agent && group)) throw new AppError('invalid', 'Choose an endpoint, agent=…, or an ACL, group=….')
    const { text, name } = await exportAclFile(viewer, of, part, await now())
    return new Response(text, {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
