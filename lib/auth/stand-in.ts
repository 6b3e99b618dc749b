import type { Env } from '@/lib/env'

type StandIn = { name: string; role: 'admin' | 'investigator' } | { refusal: string }

const LOOPBACK = new Set(['127.0.0.1', '::1', '[::1]', 'localhost'])

function onLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url)
    return LOOPBACK.has(hostname) || hostname.startsWith('127.')
  } catch {
    return false
  }
}

/** Who uses the site while there is no sign-in: a demo admin on the embedded database, a reader on a loopback database, else nobody. */
export function standIn(env: Pick<Env, 'host' | 'appUrl' | 'embedded' | 'databaseUrl'>): StandIn {
  if (!LOOPBACK.has(env.host) || (env.appUrl && !onLoopback(env.appUrl)))
    return {
      refusal:
        'There is no sign-in yet, so this dashboard serves only its own machine: leave HOST at 127.0.0.1 and APP_URL unset.',
    }
  if (env.embedded) return { name: 'Demo admin', role: 'admin' }
  if (onLoopback(env.databaseUrl)) return { name: 'Local investigator', role: 'investigator' }
  return {
    refusal:
      'There is no sign-in yet, so only a database on this machine may be shown: DATABASE_URL must name a loopback address.',
  }
}
