import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runNode } from './process'
import { Refusal } from './refusal'
import { hashOf } from './sources'

const STAMP = 'generated/prisma/.made-from'

/** Generates the Prisma client unless the one that is there was made from the same schema; returns whether it did. */
export async function generateClient(root: string): Promise<boolean> {
  const stamp = path.join(root, STAMP)
  const hash = hashOf(root, ['prisma/schema.prisma', 'node_modules/prisma/package.json', 'scripts/gen.ts'])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false
  const { code, output } = await runNode(['--import', 'tsx', 'scripts/gen.ts'], { cwd: root, env: process.env })
  if (code !== 0) throw new Refusal(`The database client could not be generated:\n${output.trim()}`)
  writeFileSync(stamp, hash)
  return true
}
