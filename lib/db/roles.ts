import { LATER_TABLES, NEEDED, SECRET_COLUMNS, type Vintage } from '@/lib/mig/vintage'

export const PROGRAM_ROLE = 'mig_dashboard'

/** Tables of ours that the program's role only reads. */
export const READ_ONLY_TABLES = ['demo', '_prisma_migrations']
/** Tables of ours to which the program's role adds rows, and changes none. */
export const APPEND_ONLY_TABLES = ['audit', 'acl_change']

function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The role itself and its settings; needs a superuser or CREATEROLE. The password is set apart. */
export function roleSql(role: string): string {
  const name = quoteIdent(role)
  return `DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${quoteText(role)}) THEN
    CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
END
$$;
ALTER ROLE ${name} SET timezone = 'UTC';
ALTER ROLE ${name} SET statement_timeout = '10s';
`
}

/**
 * What the role may do with MIG's tables: read all but the secret columns, write investigators, modules and the two ACL tables.
 * Where there are secret columns earlier grants are taken back: one on the whole table, of before an upgrade of MIG, would reach them.
 */
export function migGrantsSql(vintage: Vintage, role: string): string {
  const name = quoteIdent(role)
  const text = quoteText(role)
  const lines = [
    `DO $$
BEGIN
  IF NOT has_database_privilege(${text}, current_database(), 'CONNECT') THEN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), ${text});
  END IF;
  IF NOT has_schema_privilege(${text}, 'public', 'USAGE') THEN
    GRANT USAGE ON SCHEMA public TO ${name};
  END IF;
END
$$;`,
  ]
  for (const table of [...Object.keys(NEEDED), ...LATER_TABLES]) {
    const columns = vintage.columns[table]
    if (!columns) continue
    if (columns.some((column) => SECRET_COLUMNS[table]?.includes(column)))
      lines.push(`REVOKE ALL ON TABLE public.${table} FROM ${name};`)
    lines.push(tableGrant(table, columns, name))
  }
  if (vintage.investigatorSequence) lines.push(`GRANT USAGE ON SEQUENCE ${vintage.investigatorSequence} TO ${name};`)
  return `${lines.join('\n')}\n`
}

/** What the program does with each of MIG's tables besides reading it. */
export const MIG_WRITES: Readonly<Record<string, readonly string[]>> = {
  investigators: ['INSERT', 'UPDATE', 'DELETE'],
  modules: ['INSERT', 'UPDATE', 'DELETE'],
  agtmodreq: ['INSERT', 'UPDATE', 'DELETE'],
  invagtmodperm: ['INSERT', 'UPDATE', 'DELETE'],
}

function tableGrant(table: string, columns: readonly string[], name: string): string {
  const open = columns.filter((column) => !SECRET_COLUMNS[table]?.includes(column))
  const list = open.length < columns.length ? ` (${open.map(quoteIdent).join(', ')})` : ''
  const verbs = ['SELECT', ...(MIG_WRITES[table] ?? [])].map((verb) => (verb === 'DELETE' ? verb : `${verb}${list}`))
  return `GRANT ${verbs.join(', ')} ON TABLE public.${table} TO ${name};`
}

/** What the role may do with the tables that schema dashboard has when the statement runs; run again after every migration. */
export function dashboardGrantsSql(role: string): string {
  const name = quoteText(role)
  const list = (tables: string[]) => tables.map(quoteText).join(', ')
  return `DO $$
DECLARE
  t record;
  may text;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA dashboard TO %I', ${name});
  FOR t IN
    SELECT c.relname, c.relkind FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'dashboard' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  LOOP
    IF t.relkind = 'S' THEN
      EXECUTE format('GRANT USAGE ON SEQUENCE dashboard.%I TO %I', t.relname, ${name});
      CONTINUE;
    END IF;
    EXECUTE format('REVOKE ALL ON TABLE dashboard.%I FROM %I', t.relname, ${name});
    may := CASE
      WHEN t.relname IN (${list(APPEND_ONLY_TABLES)}) THEN 'SELECT, INSERT'
      WHEN t.relname IN (${list(READ_ONLY_TABLES)}) THEN 'SELECT'
      ELSE 'SELECT, INSERT, UPDATE, DELETE'
    END;
    EXECUTE format('GRANT %s ON TABLE dashboard.%I TO %I', may, t.relname, ${name});
  END LOOP;
END
$$;
`
}

/** The program's role with exactly what it needs: what `db sql` prints and what the embedded cluster gets. */
export function rolesSql(vintage: Vintage, { role = PROGRAM_ROLE }: { role?: string } = {}): string {
  return `${roleSql(role)}${migGrantsSql(vintage, role)}${dashboardGrantsSql(role)}`
}
