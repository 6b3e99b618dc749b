'use server'

import { cookies } from 'next/headers'
import { answerPlainly, CONVENTIONS_COOKIE } from '@/lib/conventions'
import { CLOCK_COOKIE } from '@/lib/viewer-zone'

const YEAR = 31_536_000

/** Shows all times in UTC from now on, or in the browser's zone again; a choice of this browser, for whoever sits there. */
export async function chooseClock(formData: FormData): Promise<void> {
  const inUtc = formData.get('clock') === 'utc'
  const jar = await cookies()
  jar.set(CLOCK_COOKIE, inUtc ? 'utc' : '', { path: '/', sameSite: 'lax', maxAge: inUtc ? YEAR : 0 })
}

/** Writes numbers and dates in the plain English way from now on, or as the browser says again; a choice of this browser too. */
export async function chooseConventions(formData: FormData): Promise<void> {
  const isPlain = formData.get('formats') === 'plain'
  const jar = await cookies()
  jar.set(CONVENTIONS_COOKIE, isPlain ? 'plain' : '', { path: '/', sameSite: 'lax', maxAge: isPlain ? YEAR : 0 })
  answerPlainly(isPlain)
}
