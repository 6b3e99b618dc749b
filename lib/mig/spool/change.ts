import 'server-only'
import { createHash } from 'node:crypto'
import type { Viewer } from '@/lib/auth/viewer'
import { env } from '@/lib/env'
import type { SpoolDirectory } from '@/lib/mig/wire/spool-name'
import { spoolClient } from './client'
import { fileNameBytes, fileNameSegment, readFileName, type SpoolFileName } from './file-name'
import { readDirectory } from './search-params'

/** The file that a page shows. */
export type WatchedFile = { directory: SpoolDirectory; name: SpoolFileName }

/** A word that is another one after every change of the spool, or of this file, that can be seen; the reason when it cannot be. */
export async function spoolChange(_viewer: Viewer, file: WatchedFile | null = null): Promise<string> {
  const asked = file && { kind: file.directory[0], state: file.directory[1], name: fileNameBytes(file.name) }
  const answer = await spoolClient(env().spoolDir).ask<'token'>({ command: 'token', ...(asked && { file: asked }) })
  return answer.ok ? createHash('sha256').update(answer.value.token).digest('base64url').slice(0, 20) : answer.reason
}

/** Where a page asks whether its token is still the one. */
export function changeHref(token: string, file: WatchedFile | null = null): string {
  const at = file && `&kind=${file.directory[0]}&state=${file.directory[1]}&name=${fileNameSegment(file.name)}`
  return `/spool/changes?since=${token}${at ?? ''}`
}

/** The file in such an address; null without one, or for what cannot be one. */
export function readWatchedFile(params: URLSearchParams): WatchedFile | null {
  const directory = readDirectory(Object.fromEntries(params))
  const name = readFileName(params.get('name') ?? '')
  return directory && name && { directory, name }
}
