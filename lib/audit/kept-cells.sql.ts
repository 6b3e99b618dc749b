import { type Sql, sql } from '@/lib/db/sql'

/**
 * The kept cells of a batch behind a place, at most `most`, as the lines that its digest is made of: table, investigator,
 * agent, module, before, after. `last` is the place of the last one.
 */
export function keptLinesSql(batch: string, after: number, most: number): Sql {
  return sql`SELECT count(*)::int AS cells, max(n) AS last, coalesce(string_agg(format(E'%s,%s,%s,%s,%s,%s\\n', table_name,
      trunc(investigatorid), trunc(agentid), trunc(moduleid), before, after), '' ORDER BY n), '') AS lines
    FROM (SELECT * FROM dashboard.acl_change WHERE batch = ${batch}::uuid AND n > ${after}::int ORDER BY n LIMIT ${most}::int) c`
}
