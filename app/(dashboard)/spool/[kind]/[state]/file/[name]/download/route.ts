import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { refusal } from '@/lib/export'
import { getSpoolFileBytes } from '@/lib/mig/spool/file'
import { readFileName } from '@/lib/mig/spool/file-name'
import { readDirectory } from '@/lib/mig/spool/search-params'
import { spoolError } from '@/lib/mig/spool/spool-error'

/** The file's bytes as an attachment that no browser takes for anything but text. */
export async function GET(
  request: Request,
  { params }: { params: Promise<Record<string, string>> },
): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const segments = await params
    const directory = readDirectory(segments)
    const name = readFileName(segments.name ?? '')
    if (!directory || !name) return new Response('There is no such file in the spool.\n', { status: 404 })
    const answer = await getSpoolFileBytes(viewer, { directory, name })
    if (!answer.ok) throw spoolError(answer)
    const bytes = answer.value.bytes
    const id = `${directory.join('/')}/${name}`
    await recordExport(viewer, { kind: 'export.download', object: { type: 'spool file', id }, bytes: bytes.length })
    return new Response(Buffer.from(bytes), {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${name.replaceAll('%', '_')}"; filename*=UTF-8''${name}`,
        'content-length': String(bytes.length),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
