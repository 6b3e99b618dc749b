'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { isUnavailable } from '@/lib/db/availability'
import { AppError } from '@/lib/errors'
import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { CHALLENGE_MINUTES, issueChallenge } from './challenge'
import { dropCookie, readCookie, setCookie } from './cookies'
import { signAsDemoPerson } from './demo'
import { endThisSession, revokeSession } from './mutations'
import { nextPath } from './next-path'
import { requestOrigin } from './request'
import { newSecret } from './secrets'
import { ABSOLUTE_HOURS } from './sessions'
import { REFUSED, signIn } from './sign-in'
import { signatureInput } from './signature-input'
import { currentViewer } from './viewer'

const AWAY: FormState = { status: 'error', message: 'The database is away. Try again in a moment.' }
const TOO_MANY: FormState = {
  status: 'error',
  message: 'Too many texts were asked for in this minute. Wait a moment, and ask again.',
}

/** Gives this browser a one-use text to sign: `values` are the text and its expiry. */
export async function issueText(_state: FormState, _formData: FormData): Promise<FormState> {
  try {
    const secret = (await readCookie('challenge')) ?? newSecret()
    const challenge = await issueChallenge(secret, await requestOrigin())
    if (!challenge) return TOO_MANY
    await setCookie('challenge', secret, CHALLENGE_MINUTES * 60)
    return { status: 'ok', values: { text: challenge.text, expires: challenge.expires } }
  } catch (error) {
    if (isUnavailable(error)) return AWAY
    throw error
  }
}

/** Signs in by the signature over this browser's text, pasted or as a file, and leads on to `next`. */
export async function signInWithSignature(_state: FormState, formData: FormData): Promise<FormState> {
  const signature = await signatureInput(formData.get('signature'), formData.get('file'))
  if (signature === null) {
    const message = 'There is no signature: paste it, or choose its file.'
    return { status: 'error', message, fields: { signature: message } }
  }
  return enter(await readCookie('challenge'), signature, formData)
}

/** Signs in as a person of the demo: the ordinary text, signed here with that person's key, through the ordinary check. */
export async function signInAsDemoPerson(_state: FormState, formData: FormData): Promise<FormState> {
  try {
    const origin = await requestOrigin()
    const secret = newSecret()
    const challenge = await issueChallenge(secret, origin)
    if (!challenge) return TOO_MANY
    const signature = await signAsDemoPerson(origin, String(formData.get('person')), challenge.text)
    return await enter(secret, signature ?? '', formData)
  } catch (error) {
    if (isUnavailable(error)) return AWAY
    throw error
  }
}

async function enter(browserSecret: string | null, signature: string | Uint8Array, formData: FormData) {
  try {
    const before = await currentViewer()
    const signed = await signIn({ browserSecret, signature, origin: await requestOrigin() })
    if (!signed.ok) return { status: 'error', message: REFUSED } as const
    if (before) await endThisSession(before, 'signed in again').catch(ignoreEnded)
    await setCookie('session', signed.secret, ABSOLUTE_HOURS * 3600)
    await dropCookie('challenge')
  } catch (error) {
    if (isUnavailable(error)) return AWAY
    throw error
  }
  redirect(nextPath(formData.get('next')))
}

/** Ends this browser's session, in the database and by its cookies. */
export async function signOut(): Promise<void> {
  const viewer = await currentViewer()
  if (viewer) await endThisSession(viewer, 'signed out').catch(ignoreEnded)
  await dropCookie('session')
  await dropCookie('challenge')
  redirect('/sign-in')
}

// Another window was quicker.
function ignoreEnded(error: unknown): void {
  if (!(error instanceof AppError) || (error.code !== 'unauthenticated' && error.code !== 'conflict')) throw error
}

const sessionSchema = z.object({ session: z.uuid('This names no session.') })

/** Ends one of one's own sessions, or as an admin anybody's. */
export async function endSession(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: sessionSchema,
    formData,
    run: async (viewer, { session }) => {
      const { name, isOwn } = await revokeSession(viewer, session)
      return { message: isOwn ? '1 session of yours ended.' : `1 session of ${name} ended.` }
    },
  })
}
