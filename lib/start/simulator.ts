import path from 'node:path'
import type { Env } from '@/lib/env'
import type { KeptDatabase } from './database'
import { keep } from './keep'
import type { Lifetime } from './lifetime'
import { startNode } from './process'

/** Keeps the demo alive by the simulator's process, quietly; DEMO_SIMULATOR=off, which the tests set, leaves it still. */
export function keepSimulator(root: string, env: Env, database: KeptDatabase, life: Lifetime): void {
  if (process.env.DEMO_SIMULATOR === 'off' || !database.living) return
  const simulator = keep({
    start: () =>
      startNode(
        [
          '--conditions=react-server',
          '--require',
          path.join(root, 'scripts/follow-parent.cjs'),
          '--import',
          'tsx',
          path.join(root, 'lib/demo/simulator.ts'),
        ],
        {
          cwd: root,
          env: {
            PATH: process.env.PATH,
            NODE_ENV: 'production',
            DEMO_DATABASE_URL: database.ownerUrl() ?? undefined,
            DEMO_DATA_DIR: env.dbHome,
          },
          output: 'quiet',
        },
      ),
    pauseMs: 1_000,
    graceMs: 2_000,
  })
  life.atEnd(() => simulator.stop())
}
