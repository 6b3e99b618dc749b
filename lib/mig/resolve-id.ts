import 'server-only'
import { notFound, redirect } from 'next/navigation'
import type { Viewer } from '@/lib/auth/viewer'
import { findIds } from '@/lib/mig/find-id'
import type { MigId } from '@/lib/mig/wire/id'

/**
 * The stored id that an address names. An id in another form, or one that a tool has rounded, redirects to its exact address;
 * none is not found. Two rows whose ids print as the same double: both are returned, for the reader to choose.
 */
export async function resolveId(
  viewer: Viewer,
  table: 'actions' | 'agents' | 'commands' | 'investigators',
  text: string,
  hrefOf: (id: MigId) => string,
): Promise<{ id: MigId } | { choices: MigId[] }> {
  const asked = decoded(text)
  const found = await findIds(viewer, table, asked)
  const [id] = found
  if (id === undefined) notFound()
  if (found.length > 1) return { choices: found }
  if (id !== asked) redirect(hrefOf(id))
  return { id }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
