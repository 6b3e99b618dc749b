'use server'

import { cookies } from 'next/headers'
import { CLOCK_COOKIE } from '@/lib/viewer-zone'

const YEAR = 31_536_000

/** Shows all times in UTC from now on, or in the browser's zone again; a choice of this browser, for whoever sits there. */
export async function chooseClock(formData: FormData): Promise<void> {
  const inUtc = formData.get('clock') === 'utc'
  const jar = await cookies()
  jar.set(CLOCK_COOKIE, inUtc ? 'utc' : '', { path: '/', sameSite: 'lax', maxAge: inUtc ? YEAR : 0 })
}
