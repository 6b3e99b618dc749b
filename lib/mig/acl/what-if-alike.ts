import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import { reader } from '@/lib/db/read'
import { sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import type { ListParams } from '@/lib/list-params'
import { fleetBounds } from '@/lib/mig/agents/bounds'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import { type Asked, getAsked } from './asked'
import { getEndpoint } from './endpoints'
import { lackGroupsSql } from './lack.sql'
import { readSigners } from './people'
import type { whatIfList } from './search-params'
import { judgedFleetSql } from './what-if.sql'
import { furtherKeys, idsOf } from './what-if-sets'

type Filters = ListParams<(typeof whatIfList)['filters']>['filters']

/**
 * What the address asks (`getAsked`), with the group of the agent whose like are asked for. Throws `invalid` for an agent that
 * is not there, or that is in no group because it does not lack weight.
 */
export async function askedWith(
  viewer: Viewer,
  params: { filters: Pick<Filters, 'signer' | 'module' | 'action' | 'like'> },
  now: Instant,
): Promise<Asked | null> {
  const asked = await getAsked(viewer, params)
  const { like } = params.filters
  return asked && like ? askAlike(viewer, asked, like.id, now) : asked
}

/** The question about none but the endpoints that have the rules of this one. */
export async function askAlike(viewer: Viewer, asked: Asked, agent: MigId, now: Instant): Promise<Asked> {
  const [endpoint, people, bounds] = await Promise.all([
    getEndpoint(viewer, agent, now),
    readSigners(),
    fleetBounds(now),
  ])
  if (!endpoint) throw new AppError('invalid', `There is no agent ${agent} whose rules others could have.`)
  const ids = idsOf(furtherKeys(people, asked.question))
  const judged = judgedFleetSql(asked.question, bounds, { only: [endpoint.id], detail: true })
  const short = sql`SELECT j.* FROM (${judged}) j WHERE j.outcome = 'short'`
  const { rows } = await reader().query<{ missing: string; who: string }>(lackGroupsSql(asked.question, ids, short))
  if (!rows[0])
    throw new AppError(
      'invalid',
      `${endpoint.name} does not lack weight for this: it is in no group of endpoints that do.`,
    )
  const { missing, who } = rows[0]
  return { ...asked, alike: { agent: endpoint.id, name: endpoint.name, missing, who, ids } }
}
