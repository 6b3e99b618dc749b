import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

// PRISMA_SCHEMA_ENGINE_BINARY keeps the Prisma CLI from downloading its native engine, which `generate` does not use.
const prisma = path.dirname(createRequire(import.meta.url).resolve('prisma/package.json'))
const done = spawnSync(process.execPath, [path.join(prisma, 'build/index.js'), 'generate', '--no-hints'], {
  stdio: 'inherit',
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
})
process.exit(done.status ?? 1)
