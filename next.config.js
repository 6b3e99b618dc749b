/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  // The spool is read and signatures are checked by processes of their own, which no import names; the data folder is never
  // part of the program.
  outputFileTracingIncludes: {
    '/*': [
      './lib/mig/spool/worker*.mjs',
      './lib/mig/signatures/worker.mjs',
      './lib/pgp/check-packet.mjs',
      './node_modules/openpgp/package.json',
      './node_modules/openpgp/dist/node/openpgp.mjs',
      // What openpgp asks for by name to check signatures on Brainpool's curves.
      './node_modules/eckey-utils/**',
      // What the "?" of each page explains.
      './docs/glossary.md',
    ],
  },
  outputFileTracingExcludes: { '/*': ['./.data/**', './.git/**', './docs/images/**', './e2e/**', './test-results/**'] },
  turbopack: { root: import.meta.dirname },
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks the types of the whole tree; a start must not stop at a test's.
  typescript: { ignoreBuildErrors: true },
  // In development Next prints what a server function was called with: a pasted key must not reach a terminal's history.
  logging: { serverFunctions: false },
  // What somebody types who knows the area and not its pages.
  redirects: async () => [{ source: '/acl', destination: '/acl/requirements', permanent: false }],
  experimental: { serverActions: { bodySizeLimit: '8mb' } },
}
export default config
