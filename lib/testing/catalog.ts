import { withClient } from '@/lib/testing/database'

/** Everything that defines the tables of a schema, as lines that can be compared: columns, constraints, indexes, triggers, rules. */
export function catalog(url: string, schema: string): Promise<string[]> {
  return withClient(url, async (client) => {
    // With an empty path PostgreSQL prints every name with its schema.
    await client.query(`SET search_path = ''`)
    const { rows } = await client.query<{ line: string }>(
      `WITH t AS (
        SELECT c.oid, c.relname, c.relkind FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1
      )
      SELECT 'relation ' || relname || ' ' || relkind::text AS line FROM t
      UNION ALL
      SELECT 'column ' || t.relname || '.' || a.attnum || ' ' || a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || a.attidentity::text || a.attgenerated::text
        || coalesce(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
      FROM t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
      WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f')
      UNION ALL
      SELECT 'constraint ' || t.relname || ' ' || k.conname || ' ' || pg_catalog.pg_get_constraintdef(k.oid)
      FROM t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid
      UNION ALL
      SELECT 'index ' || pg_catalog.pg_get_indexdef(t.oid) FROM t WHERE t.relkind = 'i'
      UNION ALL
      SELECT 'trigger ' || t.relname || ' ' || pg_catalog.pg_get_triggerdef(g.oid)
      FROM t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
      UNION ALL
      SELECT 'internal triggers ' || t.relname || ' ' || count(*)
      FROM t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND g.tgisinternal GROUP BY t.relname
      UNION ALL
      SELECT 'rule ' || t.relname || ' ' || r.rulename FROM t JOIN pg_catalog.pg_rewrite r ON r.ev_class = t.oid
      UNION ALL
      SELECT 'function ' || p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
      UNION ALL
      SELECT 'type ' || y.typname FROM pg_catalog.pg_type y
      JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace WHERE n.nspname = $1
      ORDER BY line`,
      [schema],
    )
    return rows.map(({ line }) => line)
  })
}

/** Owners and grants of a schema's relations, of the schema itself and of single columns. */
export function privileges(url: string, schema: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(
      `SELECT 'schema ' || n.nspname || ' ' || pg_catalog.pg_get_userbyid(n.nspowner) || ' ' || coalesce(n.nspacl::text, '') AS line
       FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
       UNION ALL
       SELECT 'relation ' || c.relname || ' ' || pg_catalog.pg_get_userbyid(c.relowner) || ' ' || coalesce(c.relacl::text, '')
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1
       UNION ALL
       SELECT 'column ' || c.relname || '.' || a.attname || ' ' || a.attacl::text
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = $1 AND a.attacl IS NOT NULL
       ORDER BY line`,
      [schema],
    )
    return rows.map(({ line }) => line)
  })
}
