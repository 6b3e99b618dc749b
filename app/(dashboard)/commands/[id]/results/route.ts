import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { openStoredResults } from '@/lib/mig/commands/stored-results'
import { parseId } from '@/lib/mig/wire/id'
import { beginAnswer } from '@/lib/streamed-answer'

/** A command's results as stored, whole, as an attachment that no browser takes for anything but text. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const id = parseId((await params).id)
    const stored = id && (await openStoredResults(viewer, id))
    if (!stored) throw new AppError('not_found', 'No results are stored for this command.')
    const text = await beginAnswer(request, stored.text)
    try {
      await recordExport(viewer, { kind: 'export.download', object: { type: 'command', id }, bytes: stored.bytes })
    } catch (error) {
      await text.end()
      throw error
    }
    return await text.answer({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="mig-command-${id}-results.json"`,
    })
  } catch (error) {
    return refusal(error)
  }
}
