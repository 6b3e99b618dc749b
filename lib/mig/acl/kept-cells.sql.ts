import type { Transaction } from '@/lib/db/prisma'
import { type Sql, sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import type { CellChange } from './change'

/** Cells that are put into `dashboard.acl_change` by one statement, those of one agent together, numbered from 1 on. */
export type KeptCells = {
  /** Looks inside the transaction whether they may be written, and throws when not. */
  check: (tx: Transaction) => Promise<void>
  /** How many there have to be and their `cellsDigest`, asked after the check. */
  expected: () => { cells: number; digest: string }
  /** Puts them there under the batch's id. */
  keep: (batch: string) => Sql
}

/** Where a query has the parts of a cell; `investigator` is NULL for a minimum. */
export type CellColumns = Record<'agent' | 'module' | 'investigator' | 'seen' | 'value', Sql>

/** A number that tells one set of cells from another, in any order: an aggregate over them, NULL for none. */
export function cellsDigest({ agent, module, investigator, seen, value }: CellColumns): Sql {
  return sql`sum(hashtextextended(concat_ws('.', trunc(${agent}), trunc(${module}), coalesce(trunc(${investigator})::text, 'm'),
    coalesce(${seen}::text, 'n'), coalesce(${value}::text, 'n')), 0)::numeric)`
}

/** What all kept cells of a batch have in common, and its first one; `twice` is how many cells stand there more than once, `digest` their `cellsDigest`. */
export type KeptOverview = {
  tables: CellChange['table'][]
  modules: MigId[]
  investigators: MigId[] | null
  twice: number
  digest: string
  first: CellChange | null
}

/** The overview of a batch's kept cells. */
export function keptOverviewSql(batch: string): Sql {
  const kept = sql`dashboard.acl_change WHERE batch = ${batch}::uuid`
  const digest = cellsDigest({
    agent: sql`agentid`,
    module: sql`moduleid`,
    investigator: sql`investigatorid`,
    seen: sql`before`,
    value: sql`after`,
  })
  return sql`SELECT coalesce((SELECT ${digest} FROM ${kept}), 0)::text AS digest,
    (SELECT array_agg(DISTINCT table_name) FROM ${kept}) AS tables,
    (SELECT array_agg(DISTINCT trunc(moduleid)::text) FROM ${kept}) AS modules,
    (SELECT array_agg(DISTINCT trunc(investigatorid)::text) FROM ${kept} AND investigatorid IS NOT NULL) AS investigators,
    (SELECT count(*)::int FROM (SELECT 1 FROM ${kept} GROUP BY table_name, agentid, moduleid, investigatorid HAVING count(*) > 1) t)
      AS twice,
    (SELECT json_strip_nulls(json_build_object('table', table_name, 'agent', trunc(agentid)::text, 'module', trunc(moduleid)::text,
        'investigator', trunc(investigatorid)::text))::jsonb || jsonb_build_object('seen', before, 'value', after)
      FROM ${kept} AND n = 1) AS first`
}

/** The last place of the agent at a place, or of the batch when that is nearer. */
export function keptPartEndSql(batch: string, at: number): Sql {
  return sql`SELECT max(c.n) AS end FROM dashboard.acl_change c WHERE c.batch = ${batch}::uuid AND c.agentid = (
    SELECT agentid FROM dashboard.acl_change WHERE batch = ${batch}::uuid AND n <= ${at}::int ORDER BY n DESC LIMIT 1)`
}

/** The agents of the kept cells between two places, each with its modules. */
export function keptTouchedSql(batch: string, after: number, end: number): Sql {
  return sql`SELECT trunc(agentid)::text AS agent, array_agg(DISTINCT trunc(moduleid)::text) AS modules
    FROM dashboard.acl_change WHERE batch = ${batch}::uuid AND n > ${after}::int AND n <= ${end}::int GROUP BY agentid`
}
