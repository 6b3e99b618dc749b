import { createHash } from 'node:crypto'
import { type Sql, sql } from '@/lib/db/sql'
import { pgpsignaturesSql } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'

// As text to the microsecond: the pool's reader gives null for years that MIG uses for "not yet", and a signature may be
// over such a year. Years beyond four digits come out as something that is no moment.
const exact = (column: Sql) => sql`to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The signed columns of one action as text, and what is not signed. */
export function signedRowSql(id: MigId): Sql {
  return sql`
    SELECT a.name, a.target, ${exact(sql`a.validfrom`)} AS validfrom, ${exact(sql`a.expireafter`)} AS expireafter,
      a.operations::text AS operations, ${pgpsignaturesSql('a')} AS pgpsignatures
    FROM public.actions a WHERE a.id = ${id}::numeric`
}

/** How many replays are shown. */
export const REPLAYS = 50

const MAX_LOOKUPS = 2_000

/** How many commands of an action are looked at for the weights: each costs some index look-ups for each signer and module. */
export function weighedCommands(signers: number, modules: number): number {
  return Math.min(1_000, Math.max(100, Math.floor(MAX_LOOKUPS / Math.max(1, signers * modules))))
}

/**
 * For each signer and module, how many of the agent rows that the action was sent to give which weight, by the rule of the
 * ACL (design 8): the requirement of the module itself, else that of `default`, decides whose weights count. `via` is null
 * where there is no requirement.
 */
export function weightsSql(action: MigId, investigators: readonly MigId[], modules: readonly string[]): Sql {
  const limit = weighedCommands(investigators.length, modules.length)
  return sql`
    WITH agent AS (
      SELECT DISTINCT c.agentid FROM (
        SELECT agentid FROM public.commands WHERE actionid = ${action}::numeric LIMIT ${limit}) c
    ), wanted AS (
      SELECT w.name, w.place, min(m.id) AS id, count(m.id) > 1 AS twice
      FROM unnest(${modules}::text[]) WITH ORDINALITY AS w (name, place)
      LEFT JOIN public.modules m ON m.name = w.name GROUP BY w.name, w.place
    ), standin AS (
      SELECT min(m.id) AS id FROM public.modules m WHERE m.name = 'default' HAVING count(*) = 1
    ), ruled AS (
      SELECT w.name, w.place, w.twice, agent.agentid,
        CASE WHEN r.minimumweight IS NOT NULL THEN w.id WHEN d.minimumweight IS NOT NULL THEN s.id END AS moduleid,
        CASE WHEN r.minimumweight IS NOT NULL THEN 'own' WHEN d.minimumweight IS NOT NULL THEN 'default' END AS via
      FROM agent CROSS JOIN wanted w LEFT JOIN standin s ON true
      LEFT JOIN public.agtmodreq r ON r.moduleid = w.id AND r.agentid = agent.agentid
      LEFT JOIN public.agtmodreq d ON d.moduleid = s.id AND d.agentid = agent.agentid
    )
    SELECT trunc(i.id)::text AS investigator, ruled.name AS module, ruled.twice, ruled.via, p.weight,
      count(*)::integer AS agents
    FROM ruled CROSS JOIN unnest(${investigators}::numeric[]) AS i (id)
    LEFT JOIN public.invagtmodperm p
      ON p.investigatorid = i.id AND p.agentid = ruled.agentid AND p.moduleid = ruled.moduleid
    GROUP BY i.id, ruled.place, ruled.name, ruled.twice, ruled.via, p.weight
    ORDER BY i.id, ruled.place, agents DESC, p.weight`
}

/** Commands of the action, counted up to one more than `limit`. */
export function weighedSql(action: MigId, limit: number): Sql {
  return sql`
    SELECT count(*)::integer AS commands FROM (
      SELECT FROM public.commands WHERE actionid = ${action}::numeric LIMIT ${limit + 1}) c`
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

/** Other actions with a signature row of the same signature, or with the same validity to the microsecond. */
export function replaysSql(id: MigId, signatures: readonly string[]): Sql {
  return sql`
    SELECT trunc(a.id)::text AS id, a.name, a.target, a.status, a.starttime, a.operations::text AS operations,
      ${exact(sql`a.validfrom`)} AS validfrom, ${exact(sql`a.expireafter`)} AS expireafter,
      ${pgpsignaturesSql('a')} AS pgpsignatures, other.listed
    FROM (
      SELECT found.id, bool_or(found.listed) AS listed FROM (
        (SELECT s.actionid AS id, true AS listed FROM public.signatures s
          WHERE md5(s.pgpsignature::text) = ANY(${signatures.map(md5)}::text[])
            AND s.pgpsignature = ANY(${signatures}::text[]) AND s.actionid <> ${id}::numeric LIMIT ${REPLAYS + 1})
        UNION ALL
        (SELECT b.id, false FROM public.actions b
          WHERE b.validfrom = (SELECT a.validfrom FROM public.actions a WHERE a.id = ${id}::numeric)
            AND b.expireafter = (SELECT a.expireafter FROM public.actions a WHERE a.id = ${id}::numeric)
            AND b.id <> ${id}::numeric LIMIT ${REPLAYS + 1})
      ) found GROUP BY found.id
    ) other JOIN public.actions a ON a.id = other.id
    ORDER BY a.id LIMIT ${REPLAYS + 1}`
}
