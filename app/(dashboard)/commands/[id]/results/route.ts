import { Readable } from 'node:stream'
import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { openStoredResults } from '@/lib/mig/commands/stored-results'
import { parseId } from '@/lib/mig/wire/id'

/** A command's results as stored, whole, as an attachment that no browser takes for anything but text. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const id = parseId((await params).id)
    const stored = id && (await openStoredResults(viewer, id))
    if (!stored) throw new AppError('not_found', 'No results are stored for this command.')
    await recordExport(viewer, { kind: 'export.download', object: { type: 'command', id }, bytes: stored.bytes })
    const body = Readable.from(stored.text, { objectMode: false, highWaterMark: 1 << 16 })
    return new Response(Readable.toWeb(body) as ReadableStream, {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="mig-command-${id}-results.json"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
