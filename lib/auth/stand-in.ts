import { type Env, isLoopbackHost } from '@/lib/env'

type StandIn = { name: string; role: 'admin' | 'investigator' } | { refusal: string }

/** Who uses the site while there is no sign-in: a demo admin on the embedded database, a reader on a loopback database, else nobody. */
export function standIn(env: Pick<Env, 'loopback' | 'embedded' | 'databaseUrl'>): StandIn {
  if (!env.loopback)
    return {
      refusal:
        'There is no sign-in yet, so this dashboard serves only its own machine: leave HOST at 127.0.0.1 and APP_URL unset.',
    }
  if (env.embedded) return { name: 'Demo admin', role: 'admin' }
  if (env.databaseUrl && isLoopbackHost(new URL(env.databaseUrl).hostname))
    return { name: 'Local investigator', role: 'investigator' }
  return {
    refusal:
      'There is no sign-in yet, so only a database on this machine may be shown: DATABASE_URL must name a loopback address.',
  }
}
