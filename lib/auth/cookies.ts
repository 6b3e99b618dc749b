import 'server-only'
import { cookies } from 'next/headers'
import { isSecureSite } from './request'
import { isSecret } from './secrets'

type Kind = 'session' | 'challenge' | 'written'

// The __Host- prefix binds the cookie to this very host, and browsers take it only over https.
const nameOf = (kind: Kind) => `${isSecureSite() ? '__Host-' : ''}mig-${kind}`

/** The secret in a cookie of this request, or null; of `written` the text, whatever it is. */
export async function readCookie(kind: Kind): Promise<string | null> {
  const value = (await cookies()).get(nameOf(kind))?.value
  return kind === 'written' || isSecret(value) ? (value ?? null) : null
}

/** Sets the cookie for `seconds`; only in a server action or route handler. */
export async function setCookie(kind: Kind, value: string, seconds: number): Promise<void> {
  const jar = await cookies()
  jar.set(nameOf(kind), value, { httpOnly: true, sameSite: 'lax', secure: isSecureSite(), path: '/', maxAge: seconds })
}

/** Takes the cookie away; only in a server action or route handler. */
export async function dropCookie(kind: Kind): Promise<void> {
  const jar = await cookies()
  jar.set(nameOf(kind), '', { httpOnly: true, sameSite: 'lax', secure: isSecureSite(), path: '/', maxAge: 0 })
}
