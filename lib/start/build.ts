import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runNode } from './process'
import { Refusal } from './refusal'
import { buildHash } from './sources'

/** The folder that a build leaves behind, complete with its static files. */
export function standaloneFolder(root: string): string {
  return path.join(root, '.next/standalone')
}

/** Builds the site unless the build that is there was made from the same sources; returns whether it did. */
export async function buildSite(root: string, actionsKey: string): Promise<boolean> {
  const standalone = standaloneFolder(root)
  const stamp = path.join(standalone, '.made-from')
  const hash = buildHash(root)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false
  rmSync(stamp, { force: true })
  const { code, output } = await runNode([path.join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionsKey,
    },
  })
  if (code !== 0) throw new Refusal(`The site could not be built:\n${output.trim().split('\n').slice(-60).join('\n')}`)
  cpSync(path.join(root, '.next/static'), path.join(standalone, '.next/static'), { recursive: true })
  if (existsSync(path.join(root, 'public')))
    cpSync(path.join(root, 'public'), path.join(standalone, 'public'), { recursive: true })
  // Next copies .env into the build: it would bring back settings that were removed since, and keep their secrets.
  for (const name of readdirSync(standalone)) if (/^\.env/.test(name)) rmSync(path.join(standalone, name))
  writeFileSync(stamp, hash)
  return true
}
