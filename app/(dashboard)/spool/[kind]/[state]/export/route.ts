import { exportRoute } from '@/lib/export'
import { exportSpoolFiles } from '@/lib/mig/spool/files'
import { readDirectory, spoolFileList } from '@/lib/mig/spool/search-params'

type Context = { params: Promise<Record<string, string>> }

export async function GET(request: Request, context: Context): Promise<Response> {
  const directory = readDirectory(await context.params)
  if (!directory) return new Response('MIG has no such spool directory.\n', { status: 404 })
  const list = spoolFileList(directory)
  return exportRoute(list, (viewer, params) => exportSpoolFiles(viewer, directory, params))(request, context)
}
