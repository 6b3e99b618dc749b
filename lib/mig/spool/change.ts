import 'server-only'
import { createHash } from 'node:crypto'
import type { Viewer } from '@/lib/auth/viewer'
import { env } from '@/lib/env'
import { spoolClient } from './client'

/** A word that is another one after every change of the spool that can be seen; the reason when it cannot be. */
export async function spoolChange(_viewer: Viewer): Promise<string> {
  const answer = await spoolClient(env().spoolDir).ask<'token'>({ command: 'token' })
  return answer.ok ? createHash('sha256').update(answer.value.token).digest('base64url').slice(0, 20) : answer.reason
}
