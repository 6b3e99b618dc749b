import { readRows } from './database'

/**
 * An endpoint of the demo whose newest row has no rule while the row before it has minimum weights: the first or the last by
 * the newest row's id, so that two tests can change one each. Throws when there is none.
 */
export async function leftBehind(order: 'ASC' | 'DESC'): Promise<{ agent: string; older: string }> {
  const [behind] = await readRows<{ agent: string; older: string }>(`
    SELECT trunc(x.agent)::text AS agent, trunc(x.older)::text AS older FROM (
      SELECT DISTINCT ON (n.id) n.id AS agent, o.id AS older
      FROM (SELECT DISTINCT ON (queueloc) * FROM public.agents WHERE heartbeattime <= now() ORDER BY queueloc, heartbeattime DESC, id DESC) n
      JOIN public.agents o ON o.queueloc = n.queueloc AND o.id <> n.id AND o.heartbeattime <= now()
      WHERE NOT EXISTS (SELECT FROM public.agtmodreq q WHERE q.agentid = n.id)
        AND (EXISTS (SELECT FROM public.agtmodreq q WHERE q.agentid = o.id)
          OR EXISTS (SELECT FROM public.invagtmodperm q WHERE q.agentid = o.id))
      ORDER BY n.id, o.heartbeattime DESC, o.id DESC
    ) x WHERE EXISTS (SELECT FROM public.agtmodreq q WHERE q.agentid = x.older) ORDER BY x.agent ${order} LIMIT 1`)
  if (!behind) throw new Error('the demo has no endpoint with rules left behind')
  return behind
}
