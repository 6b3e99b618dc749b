import 'server-only'
import { cache } from 'react'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import { standIn } from './stand-in'

declare const made: unique symbol

/** The person on whose behalf a query or mutation runs. Only this module makes one. */
export type Viewer = {
  readonly id: MigId | null
  readonly name: string
  readonly fingerprint: string | null
  readonly role: 'admin' | 'investigator'
  readonly [made]: true
}

/** The viewer of this request. Throws `forbidden` when nobody may use this server yet. */
export const requireViewer = cache(async (): Promise<Viewer> => {
  const person = standIn(env())
  if ('refusal' in person) throw new AppError('forbidden', person.refusal)
  return { id: null, fingerprint: null, ...person } as Viewer
})

/** Throws `forbidden` unless the viewer may write. */
export function assertAdmin(viewer: Viewer): void {
  if (viewer.role !== 'admin')
    throw new AppError(
      'forbidden',
      'Only an admin may change this. You are signed in as an investigator, who may read.',
    )
}
