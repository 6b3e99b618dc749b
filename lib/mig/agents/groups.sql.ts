import type { ListQuery } from '@/lib/db/list'
import { join, raw, type Sql, sql } from '@/lib/db/sql'
import { agentOsSql, jsonReadableSql, type Vintage } from '@/lib/mig/vintage'
import { GROUP_VALUE_LENGTH, type Group, type GroupColumn, type GroupKey, storedGroup } from './groups'
import { ENDPOINT_STATES } from './status'

/** The group of row `a` as text that is never NULL: "=" and the value's beginning, "-" for none, "!" for JSON that cannot be read. */
export function groupSql(vintage: Vintage, by: GroupKey, state: Sql): Sql {
  const valued = (value: Sql) => sql`coalesce('=' || left(${value}, ${GROUP_VALUE_LENGTH}::integer), '-')`
  if ('pair' in by) {
    const column = by.pair === 'tag' ? 'tags' : 'environment'
    return sql`CASE WHEN a.${raw(column)} IS NULL THEN '-'
      WHEN ${jsonReadableSql('a', column)} THEN ${valued(sql`(a.${raw(column)} ->> ${by.key}::text)`)} ELSE '!' END`
  }
  const columns: Record<GroupColumn, () => Sql> = {
    os: () => agentOsSql(vintage, 'a'),
    version: () => sql`a.version`,
    name: () => sql`regexp_replace(a.name, '[0-9]+', '#', 'g')`,
    domain: () => sql`substring(a.name FROM '[.](.*)$')`,
    state: () => state,
    status: () => sql`a.status`,
  }
  return valued(columns[by.column]())
}

/** True for the rows of this group: the same expression as groups them, so that a group's link leads to exactly its rows. */
export function inGroupSql(vintage: Vintage, group: Group, state: Sql): Sql {
  const by: GroupKey = 'unreadable' in group ? { pair: group.unreadable, key: '' } : group.by
  return sql`${groupSql(vintage, by, state)} = ${storedGroup(group)}`
}

/** The rows of a list counted by group and state in one pass; the number of groups and of rows in all stands in every row. */
export function groupsQuery(list: Pick<ListQuery, 'from' | 'where'>, group: Sql, state: Sql): ListQuery {
  const counts = ENDPOINT_STATES.map(
    (one) => sql`count(*) FILTER (WHERE g.state = ${raw(`'${one}'`)}) AS ${raw(`"${one}"`)}`,
  )
  const where = list.where.length
    ? sql`WHERE ${join(
        list.where.map((one) => sql`(${one})`),
        ' AND ',
      )}`
    : sql``
  return {
    select: sql`f.*`,
    from: sql`(
      SELECT g.value, count(*) AS count, ${join(counts)}, count(*) OVER () AS groups, sum(count(*)) OVER () AS total
      FROM (SELECT ${group} AS value, ${state} AS state FROM ${list.from} ${where}) g GROUP BY g.value
    ) f`,
    where: [],
    sorts: {
      count: { expression: sql`f.count`, type: 'bigint' },
      value: { expression: sql`f.value`, type: 'text' },
    },
    id: sql`f.value`,
    idType: 'text',
    memory: 64,
  }
}
