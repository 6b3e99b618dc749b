import { pool } from '@/lib/db/pool'
import { pageSql } from '@/lib/db/list'
import { agentGroupsQuery, agentListQuery } from '@/lib/mig/agents/list.sql'
import { agentGroupList, agentList } from '@/lib/mig/agents/search-params'
import { fleetBounds } from '@/lib/mig/agents/queries'
import { livesSql, missedSql, sampledDaysSql } from '@/lib/mig/endpoints/endpoints.sql'
import { endpointHistorySql } from '@/lib/mig/health/spans.sql'
import { vintage } from '@/lib/mig/vintage'
import { sql } from '@/lib/db/sql'
import { env } from '@/lib/env'
const now = env().migNow as never
const { rows: [cal] } = await pool().query("SELECT 1"); 
let t = performance.now(); await pool().query('SELECT count(*) FROM generate_series(1,3000000)'); console.log('calibration', Math.round(performance.now() - t))
const v = await vintage(); const bounds = await fleetBounds(now)
for (const raw of [{}, { by: 'version' }, { by: 'name' }, { by: 'state' }, { by: 'tag:operator' }, { by: 'env:arch' }, { by: 'os', state: 'online' }, { by: 'tag:operator', rows: 'processes' }]) {
  const parsed = agentGroupList.parse(raw); if (!parsed.ok) throw new Error(parsed.problem)
  const q = pageSql(agentGroupsQuery(v, parsed.params, parsed.params.filters.by, bounds), parsed.params)
  const c = await pool().connect(); await c.query("BEGIN; SET LOCAL statement_timeout=60000; SET LOCAL work_mem='64MB'"); 
  if (process.env.PLAN && process.env.PLAN === JSON.stringify(raw)) { const { rows } = await c.query({ text: 'EXPLAIN (ANALYZE, BUFFERS) ' + q.text, values: q.values }); console.log(rows.map((r: any) => r['QUERY PLAN']).join('\n')) }
  const times: number[] = []; let n = 0
  for (let i = 0; i < 2; i++) { t = performance.now(); const r = await c.query(q); n = r.rows.length; times.push(Math.round(performance.now() - t)) }
  await c.query('ROLLBACK'); c.release()
  console.log(JSON.stringify(raw), times.join(' '), 'ms', n, 'rows')
}
const { rows: [one] } = await pool().query("SELECT queueloc, count(*) n FROM public.agents WHERE heartbeattime < $1 GROUP BY queueloc ORDER BY n DESC LIMIT 1", [now])
console.log(one)
for (const [what, s] of Object.entries({ lives: livesSql(one.queueloc, bounds, 1000), missed: missedSql(one.queueloc, [{ from: '2026-11-01T00:00:00Z' as never, to: '2026-11-02T00:00:00Z' as never }], '2026-10-01T00:00:00Z' as never, 20), history: endpointHistorySql(one.queueloc, { from: '2026-01-01T00:00:00Z' as never, to: now }), days: sampledDaysSql({ from: '2026-01-01T00:00:00Z' as never, to: now }) })) {
  const times: number[] = []
  for (let i = 0; i < 3; i++) { t = performance.now(); await pool().query(s); times.push(Math.round(10 * (performance.now() - t)) / 10) }
  console.log(what, times.join(' '), 'ms')
}
process.exit(0)
