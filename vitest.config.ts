import path from 'node:path'
import { defineConfig } from 'vitest/config'

// A zone with a half-hour offset: a test that silently assumes UTC fails here.
process.env.TZ = 'Asia/Kolkata'

const root = import.meta.dirname

// No test asserts a time: on a busy machine property tests take long, and in their long form minutes.
const patience = (seconds: number) => (process.env.LONG === '1' ? 20 * 60_000 : seconds * 1000)

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: `${root}/` },
      { find: 'server-only', replacement: path.join(root, 'lib/testing/empty.ts') },
    ],
  },
  test: {
    // As in Next's server: without it `headers()` knows of no request.
    setupFiles: ['node_modules/next/dist/server/node-environment-baseline.js'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{bench,lib,components,prisma,scripts}/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
          testTimeout: patience(30),
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: ['{lib,prisma,scripts}/**/*.db.test.ts'],
          globalSetup: ['lib/testing/db-setup.ts'],
          testTimeout: patience(60),
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
