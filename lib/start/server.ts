import type { ChildProcess } from 'node:child_process'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Env, SETTINGS } from '@/lib/env'
import { standaloneFolder } from './build'
import { startNode } from './process'

// What a Node process needs of its surroundings; nothing else of the starter's environment reaches the server.
const KEPT =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|FORCE_COLOR|NO_COLOR)$/i

const BANNER = /^\s*$|^\s*(▲ Next\.js|- (Local|Network|Environments):|✓ (Starting|Ready|Running next\.config))/

export type ServerOptions = {
  root: string
  env: Env
  /** The address of the embedded database for the program's role; null with DATABASE_URL. */
  embeddedUrl: string | null
  actionsKey: string
  dev: boolean
}

/** The environment of the server: the settings as they were checked, paths absolute, and little else. */
export function serverEnvironment({ env, embeddedUrl, actionsKey, dev }: ServerOptions): NodeJS.ProcessEnv {
  const kept: Record<string, string | undefined> = {}
  // pg reads PGSSLMODE and its like; the embedded database is told all it needs.
  for (const [name, value] of Object.entries(process.env))
    if (KEPT.test(name) || (!env.embedded && /^PG[A-Z]/.test(name))) kept[name] = value
  for (const name of SETTINGS) if (process.env[name]) kept[name] = process.env[name]
  return {
    ...kept,
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    // Longer than nginx and browsers keep an idle connection: a request must not meet one that is just being closed.
    KEEP_ALIVE_TIMEOUT: '65000',
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionsKey,
    HOSTNAME: env.host,
    HOST: env.host,
    PORT: String(env.port),
    DB_HOME: env.dbHome,
    MIG_SPOOL_DIR: env.spoolDir,
    ...(env.schedulerCfg ? { MIG_SCHEDULER_CFG: env.schedulerCfg } : {}),
    ...(env.appUrl ? { APP_URL: env.appUrl } : {}),
    TRUSTED_PROXIES: env.trustedProxies.join(','),
    ...(embeddedUrl ? { EMBEDDED_DATABASE_URL: embeddedUrl } : {}),
  }
}

/** Starts the server's process, cleaned by scripts/preload.cjs. */
export function startServer(options: ServerOptions): ChildProcess {
  const { root, env, dev } = options
  const preload = path.join(root, 'scripts/preload.cjs')
  const environment = serverEnvironment(options)
  if (dev) {
    // `next dev` serves from a child of its own, which the option has to reach.
    environment.NODE_OPTIONS = `${environment.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`.trim()
    const next = path.join(root, 'node_modules/next/dist/bin/next')
    return startNode([next, 'dev', '-H', env.host, '-p', String(env.port)], { cwd: root, env: environment, output: {} })
  }
  const standalone = standaloneFolder(root)
  return startNode(['--require', preload, path.join(standalone, 'server.js')], {
    cwd: standalone,
    env: environment,
    output: { drop: BANNER },
  })
}

/** Settles with true when the server answers a request, whatever it says; with false when the limit in milliseconds has passed. */
export async function answers(env: Pick<Env, 'host' | 'port'>, limitMs: number): Promise<boolean> {
  const host = env.host === '0.0.0.0' ? '127.0.0.1' : env.host === '::' ? '::1' : env.host
  const ask = () =>
    new Promise<boolean>((resolve) => {
      const request = http.get(
        { host, port: env.port, path: '/healthz', timeout: 15_000, agent: false },
        (response) => {
          response.resume()
          resolve(true)
        },
      )
      request.once('error', () => resolve(false))
      request.once('timeout', () => request.destroy())
    })
  for (const until = Date.now() + limitMs; Date.now() < until; await sleep(100)) if (await ask()) return true
  return false
}

/** The address to open: APP_URL, or where the server listens. */
export function address(env: Pick<Env, 'appUrl' | 'host' | 'port'>): string {
  const host = env.host.includes(':') ? `[${env.host}]` : env.host
  return env.appUrl ?? `http://${host}:${env.port}`
}
