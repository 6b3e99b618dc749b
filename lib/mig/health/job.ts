import { env } from '@/lib/env'
import { formatCount } from '@/lib/format'
import type { Job } from '@/lib/jobs/job'
import { thresholdsOf } from '@/lib/mig/agents/state'
import { vintage } from '@/lib/mig/vintage'
import type { Instant } from '@/lib/mig/wire/time'
import { runPass } from './pass'
import { forgetOld } from './retention'

/** Once a minute: one pass over the fleet, then what is kept no longer goes. A step is one transaction. */
export const fleetHistory: Job = {
  name: 'fleet history',
  period: 60_000,
  statementTimeout: 1_200_000,
  keepsHistory: true,
  async step({ client, state }) {
    if ((state as { forgetting?: boolean } | null)?.forgetting) {
      const { rows } = await client.query<{ now: Instant }>('SELECT clock_timestamp() AS now')
      const more = await forgetOld(client, rows[0]?.now as Instant)
      return { did: 0, more, state: { forgetting: more } }
    }
    const v = await vintage()
    if (v.missing.length > 0) throw new Error(`MIG's tables cannot be read: ${v.missing.slice(0, 3).join(', ')}`)
    const { rows } = await client.query<{ now: Instant }>('SELECT clock_timestamp() AS now')
    const passed = await runPass(client, rows[0]?.now as Instant, thresholdsOf(env()))
    return { did: passed ? passed.kept + passed.departed : 0, more: true, state: { forgetting: true } }
  },
  report: (did) => (did === 0 ? 'no endpoint had changed' : `${formatCount(did, 'endpoint')} changed`),
}
