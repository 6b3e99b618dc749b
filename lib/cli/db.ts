import { type Call, type Command, OperatorError, type Option } from '@/lib/cli/command'
import { checkDatabase, type DatabaseReport } from '@/lib/db/check'
import type { StandbyReport } from '@/lib/db/check-standby'
import { dropIndexes, type IndexStep, makeIndexes } from '@/lib/db/indexes'
import { migrationStateOf } from '@/lib/db/migrate'
import { PROGRAM_ROLE } from '@/lib/db/roles'
import { isMigsOwnRole, migrateDatabase, migsOwnSentence, ownerSql, setupDatabase, withDatabase } from '@/lib/db/setup'
import { parseEnv } from '@/lib/env'
import { formatBytes } from '@/lib/format'
import { detectVintage, isMig } from '@/lib/mig/vintage'

export const URL_OPTION: Record<string, Option> = {
  url: { type: 'string', value: 'URL', help: 'the database, instead of DATABASE_URL (which other users cannot see)' },
}

/** The address that a command works on, checked: --url, else DATABASE_URL; null without either. */
export function givenUrl({ options, io }: Call): string | null {
  const named = options.url !== undefined
  const url = String((named ? options.url : io.environment.DATABASE_URL) ?? '').trim()
  if (url === '' && !named) return null
  const parsed = parseEnv({ DATABASE_URL: url || 'empty' })
  if (!parsed.ok) throw new OperatorError(named ? parsed.problem.replaceAll('DATABASE_URL', '--url') : parsed.problem)
  return url
}

function neededUrl(call: Call): string {
  const url = givenUrl(call)
  if (url === null)
    throw new OperatorError(
      'No database is named: set DATABASE_URL or give --url. The embedded database prepares itself.',
      2,
    )
  return url
}

/** Runs `use` on the named database, or on the embedded one for as long as it takes, there with the URL of the given role. */
export async function onDatabase<T>(
  call: Call,
  use: (url: string) => Promise<T>,
  as: 'program' | 'owner' = 'program',
): Promise<T> {
  const url = givenUrl(call)
  if (url !== null) return use(url)
  const parsed = parseEnv(call.io.environment)
  if (!parsed.ok) throw new OperatorError(parsed.problem)
  const { startEmbedded } = await import('@/lib/db/embedded')
  const { EmbeddedDatabaseError } = await import('@/lib/db/embedded-folder')
  const running = await startEmbedded({ dir: parsed.env.dbHome, ports: parsed.env.dbPorts }).catch((error) => {
    throw error instanceof EmbeddedDatabaseError ? new OperatorError(error.message) : error
  })
  try {
    return await use(as === 'owner' ? running.ownerUrl : running.programUrl)
  } finally {
    if (running.startedHere) await running.stop()
  }
}

const check: Command = {
  name: 'db check',
  summary: 'Looks whether the dashboard can work with the database, and changes nothing',
  help: `Prints the layout of MIG's tables, missing columns, grants and migrations, missing indexes, the difference of the
clocks, rows that refer to nothing, whether a pooler stands between, and how the standby of DATABASE_READ_URL fares. Use the dashboard's own URL. Exit code 1 when the dashboard cannot work with it.`,
  options: URL_OPTION,
  async run(call) {
    const readUrl = call.options.url === undefined ? (call.io.environment.DATABASE_READ_URL?.trim() ?? '') : ''
    const report = await onDatabase(call, (url) =>
      checkDatabase(url, readUrl === '' || readUrl === url ? null : readUrl),
    )
    call.io.out(call.json ? JSON.stringify(report, null, 2) : reportText(report))
    return report.usable ? 0 : 1
  },
}

const LAYOUTS: Record<DatabaseReport['vintage'], string> = {
  'data-rst': 'as in mig-data.rst',
  scripts: 'as the creation scripts of 2014 make it',
  '2019': 'as in the last version of MIG, 2019',
  empty: 'none: the database is empty, `npm run mig-dashboard -- db setup` creates the tables',
  unknown: 'unknown',
}

function reportText(report: DatabaseReport): string {
  const lines = [
    `Server            ${report.server}, database "${report.database}", as "${report.role}"`,
    `Layout            ${LAYOUTS[report.vintage]}`,
    `Clock             ${clockText(report)}`,
  ]
  if (report.pooled) lines.push('Pooler            yes: nothing is kept on its connections')
  if (report.standby) lines.push(`Standby           ${standbyText(report.standby)}`)
  for (const sentence of report.standby?.advice ?? []) lines.push(`  ${sentence}`)
  const list = (title: string, entries: string[]) => {
    lines.push(`${title.padEnd(18)}${entries.length === 0 ? 'none' : entries.length}`)
    for (const entry of entries) lines.push(`  ${entry}`)
  }
  list('Missing columns', report.missingColumns)
  list('Missing grants', report.missingGrants)
  list('Grants too many', report.excessGrants)
  if (report.pooled || report.missingDefaults.length > 0)
    list(
      'Missing settings',
      report.missingDefaults.map(
        (name) => `${name} of the role${report.pooled ? ', which a pooler needs' : ''}; \`db sql\` prints it`,
      ),
    )
  const { pending, failed, unknown } = report.migrations
  list(
    'Migrations to do',
    pending.map((name) => (failed.includes(name) ? `${name} (failed before)` : name)),
  )
  if (unknown.length > 0) list('Migrations of a newer version', unknown)
  list(
    'Missing indexes',
    report.missingIndexes.map((index) => `${index.statement} -- slow without: ${index.why}`),
  )
  if (report.missingIndexes.length > 0)
    lines.push(
      "  The pages work without them, slower. `npm run mig-dashboard -- db index` makes them with the owner's URL.",
    )
  const lost = report.orphans.filter(({ rows }) => rows !== 0)
  list(
    'Orphan references',
    lost.map(({ reference, rows, examples }) =>
      rows === null
        ? `${reference}: could not be counted`
        : `${reference}: ${rows} rows, for example ${examples.join(', ')}`,
    ),
  )
  lines.push(
    '',
    report.usable ? 'The dashboard can work with this database.' : 'The dashboard cannot work with this database yet.',
  )
  return lines.join('\n')
}

function standbyText({ problem, behindBytes, feedback }: StandbyReport): string {
  if (problem !== null) return problem
  const behind =
    behindBytes === null
      ? 'distance unknown'
      : behindBytes === 0
        ? 'lacks nothing'
        : `${formatBytes(behindBytes)} behind`
  return `answers, ${behind}, hot_standby_feedback ${feedback ? 'on' : 'off'}`
}

function clockText({ clockDifferenceMs: ms, clockUncertaintyMs: uncertain }: DatabaseReport): string {
  const size = Math.abs(ms)
  const text = size < 10_000 ? `${size} ms` : `${Math.round(size / 1000)} s`
  return size <= uncertain + 1
    ? "the same as this machine's"
    : `${text} ${ms > 0 ? 'ahead of' : 'behind'} this machine's (within ${uncertain} ms)`
}

const setup: Command = {
  name: 'db setup',
  summary: "Prepares a database with its owner's URL",
  help: `In a MIG database it makes schema "dashboard" and changes nothing else; in an empty one it also creates MIG's eight tables.
With --role it makes a role that may do just what the dashboard does, or gives an existing role these grants. The address
of a new role, with its password, is the last line of the output: keep it, it is not shown again.`,
  options: {
    ...URL_OPTION,
    role: { type: 'string', value: 'NAME', help: `the dashboard's role, for example ${PROGRAM_ROLE}` },
  },
  async run(call) {
    const role = roleName(call)
    const result = await setupDatabase(neededUrl(call), { role })
    if (call.json) {
      call.io.out(JSON.stringify(result, null, 2))
      return 0
    }
    if (result.createdMigTables) call.io.out("Created MIG's eight tables.")
    call.io.out(
      result.migrations.length > 0
        ? `Applied to schema "dashboard": ${result.migrations.join(', ')}.`
        : 'Schema "dashboard" is up to date.',
    )
    if (role) call.io.out(`The role "${role}" has what the dashboard needs.`)
    if (result.programUrl) call.io.out(`Its address, for DATABASE_URL:\n${result.programUrl}`)
    return 0
  },
}

function roleName({ options }: Call): string | undefined {
  const role = options.role
  if (role === undefined) return undefined
  if (
    typeof role !== 'string' ||
    role === '' ||
    Buffer.byteLength(role) > 63 ||
    role.includes('\0') ||
    /^pg_/.test(role)
  )
    throw new OperatorError('--role is no role name: write one of 1 to 63 bytes that does not begin with pg_.', 2)
  return role
}

const printSql: Command = {
  name: 'db sql',
  summary: "Prints the statements for the database's owner: schema, role, grants",
  help: `It reads the database's layout with any role that may connect, and changes nothing. With --role the grants go to that
role; without it to the role of the address, or to ${PROGRAM_ROLE} when that role is MIG's own or may do more.`,
  options: {
    ...URL_OPTION,
    role: { type: 'string', value: 'NAME', help: `the dashboard's role (${PROGRAM_ROLE})` },
  },
  async run(call) {
    const wanted = roleName(call)
    const { sql, role } = await withDatabase(neededUrl(call), async (client, session) => {
      const vintage = await detectVintage(client)
      if (vintage.kind !== 'empty' && !isMig(vintage))
        throw new OperatorError(`The database "${session.database}" is not a MIG database: correct the address.`)
      const state = await migrationStateOf(client)
      if (wanted && (await isMigsOwnRole(client, wanted))) throw new OperatorError(migsOwnSentence(wanted))
      const named = wanted ?? ((await isMigsOwnRole(client, session.role)) ? PROGRAM_ROLE : session.role)
      return { sql: await ownerSql(vintage, state === 'hidden' ? [] : state.pending, named), role: named }
    })
    call.io.out(call.json ? JSON.stringify({ role, sql }, null, 2) : sql.trimEnd())
    return 0
  },
}

const migrateNow: Command = {
  name: 'db migrate',
  summary: 'Brings schema "dashboard" up to date with its owner\'s URL',
  help: "For after an update, when the role of the dashboard may not do it itself. MIG's tables are not touched.",
  options: URL_OPTION,
  async run(call) {
    const applied = await migrateDatabase(neededUrl(call))
    if (call.json) call.io.out(JSON.stringify({ applied }, null, 2))
    else call.io.out(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Schema "dashboard" is up to date.')
    return 0
  },
}

const index: Command = {
  name: 'db index',
  summary: "Makes the indexes that pages over large tables need, with the owner's URL",
  help: `Each is made beside running traffic (CREATE INDEX CONCURRENTLY) and takes disk and time; nothing else of MIG's tables
changes. What the database has already, under whatever name, is not made again; what an earlier version of the dashboard
made and no page needs any more is dropped. A run that was interrupted is ended by the next one. --dry-run prints the statements and changes nothing; sizes in it are estimates, at most.`,
  options: {
    ...URL_OPTION,
    'dry-run': { type: 'boolean', help: 'print what would be done' },
    drop: { type: 'boolean', help: 'drop the indexes that this command made' },
  },
  async run(call) {
    const { options, json, io } = call
    const dryRun = options['dry-run'] === true
    const work = options.drop === true ? dropIndexes : makeIndexes
    const say = json ? () => {} : io.out
    const steps = await onDatabase(
      call,
      (url) =>
        work(url, {
          dryRun,
          onBegin: ({ statement, why }) => say(`${statement}; -- ${why}`),
          onDone: ({ bytes }, ms) =>
            say(`  ${(ms / 1000).toFixed(1)} s${bytes === null ? '' : `, ${formatBytes(bytes)}`}`),
        }),
      'owner',
    )
    if (json) io.out(JSON.stringify({ dryRun, steps }, null, 2))
    else if (steps.length === 0) io.out(options.drop === true ? 'There is none of ours.' : 'All indexes are there.')
    else if (dryRun) io.out(dryRunText(steps))
    return 0
  },
}

function dryRunText(steps: IndexStep[]): string {
  const lines = steps.map(({ statement, why, bytes }) => {
    const size = bytes === null ? 'size not known before ANALYZE' : formatBytes(bytes)
    return `${statement}; -- ${size}, ${why}`
  })
  const made = steps.filter(({ statement }) => statement.startsWith('CREATE'))
  const total = made.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  if (made.length > 0)
    lines.push(`-- In all at most about ${formatBytes(total)} of disk, and as much again for a moment while sorting.`)
  return lines.join('\n')
}

export const dbCommands: readonly Command[] = [check, setup, printSql, migrateNow, index]
