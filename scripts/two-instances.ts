import { findTools, startTwoInstances } from '@/lib/testing/two-instances'

const USAGE = `npm run two-instances    two instances behind nginx, a PostgreSQL primary with a streaming standby, and PgBouncer in
                         transaction mode, with the demo's fleet, on loopback; Ctrl-C ends all and removes what was made`

if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  console.log(USAGE)
  process.exit(0)
}
const found = findTools()
if (!found.ok) {
  console.error(`${found.missing} On Debian: apt-get install postgresql pgbouncer nginx-light`)
  process.exit(1)
}
const told = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
})
const stack = await startTwoInstances(found.tools, (line) => console.log(line)).catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
console.log(`
Open ${stack.url}. The demo's people sign in with their keys, of ${stack.dir}/demo-keys.json.
Try: kill -9 ${stack.instances[0].pid}; psql '${stack.standbyUrl}' -c 'SELECT pg_wal_replay_pause()'. Ctrl-C ends it.`)
await told
await stack.stop()
process.exit(0)
