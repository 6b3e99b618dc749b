import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { keepWritten } from '@/lib/auth/written'
import { db } from '@/lib/db/prisma'
import { recordAudit } from './record'

/** What left the site: a list with its format and filters, or one file. */
export type Export =
  | { kind: 'export.make'; path: string; format: string; filters: Record<string, string[]> }
  | { kind: 'export.download'; object: { type: string; id: string }; bytes: number }

/** Writes the audit row of an export or download that is about to begin; if that fails, nothing leaves the site. */
export async function recordExport(viewer: Viewer, made: Export): Promise<void> {
  const event =
    made.kind === 'export.make'
      ? { object: { type: 'list', id: made.path }, detail: { format: made.format, filters: made.filters } }
      : { object: made.object, detail: { bytes: made.bytes } }
  await db().$transaction((tx) => recordAudit(tx, viewer, { kind: made.kind, before: null, after: null, ...event }))
  await keepWritten()
}
