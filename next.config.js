/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  // The spool is read by a process of its own, which no import names; the data folder is never part of the program.
  outputFileTracingIncludes: { '/*': ['./lib/mig/spool/worker.mjs'] },
  outputFileTracingExcludes: { '/*': ['./.data/**', './.git/**', './docs/**', './e2e/**', './test-results/**'] },
  turbopack: { root: import.meta.dirname },
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks the types of the whole tree; a start must not stop at a test's.
  typescript: { ignoreBuildErrors: true },
  // In development Next prints what a server function was called with: a pasted key must not reach a terminal's history.
  logging: { serverFunctions: false },
  experimental: { serverActions: { bodySizeLimit: '8mb' } },
}
export default config
