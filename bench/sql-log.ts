import { open } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Embedded } from '@/lib/db/embedded'

const FILE = 'statements'

/** Settings of a server that writes each statement, when asked to, where SqlLog reads it. */
export const LOG_SETTINGS: Readonly<Record<string, string>> = {
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: FILE,
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_timezone: 'UTC',
}

/** A statement as the program sent it; `values` are literals of SQL, as the server wrote them; `ended` is a moment in milliseconds. */
export type Statement = { text: string; values: readonly string[]; ms: number; process: number; ended: number }

/** The statements that the program's role sends to a server of the bench. */
export class SqlLog {
  private position = 0

  private constructor(
    private readonly owner: pg.Client,
    private readonly file: string,
    private readonly role: string,
  ) {}

  static async of({ ownerUrl, programUrl }: Pick<Embedded, 'ownerUrl' | 'programUrl'>): Promise<SqlLog> {
    const owner = new pg.Client({ connectionString: ownerUrl })
    await owner.connect()
    const { rows } = await owner.query<{ file: string }>(
      `SELECT current_setting('data_directory') || '/' || pg_current_logfile('jsonlog') AS file`,
    )
    if (!rows[0]?.file) throw new Error('The server writes no log of statements: stop it, and let the bench start it.')
    return new SqlLog(owner, path.normalize(rows[0].file), new URL(programUrl).username)
  }

  /** Writes statements into the log, or no longer. */
  async write(on: boolean): Promise<void> {
    await this.owner.query(`ALTER SYSTEM SET log_min_duration_statement = ${on ? '0' : '-1'}`)
    await this.owner.query('SELECT pg_reload_conf()')
    // Sessions look at it before their next statement.
    await sleep(200)
    await this.take()
  }

  /** Waits until no statement of the role runs any more, for so many milliseconds at most. */
  async quiet(limit: number): Promise<void> {
    for (const end = Date.now() + limit; Date.now() < end; await sleep(100)) {
      const { rowCount } = await this.owner.query(
        `SELECT FROM pg_stat_activity WHERE usename = $1 AND state <> 'idle' LIMIT 1`,
        [this.role],
      )
      if (rowCount === 0) return
    }
  }

  /** What was sent since the last time, and how many statements PostgreSQL stopped at their time limit. */
  async take(): Promise<{ statements: Statement[]; stopped: number }> {
    await sleep(200)
    const file = await open(this.file)
    try {
      const { size } = await file.stat()
      const bytes = Buffer.alloc(size - this.position)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.position)
      const whole = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
      this.position += whole
      const lines = bytes.subarray(0, whole).toString('utf8').split('\n').filter(Boolean)
      return { statements: statementsIn(lines, this.role), stopped: stoppedIn(lines, this.role) }
    } finally {
      await file.close()
    }
  }

  async end(): Promise<void> {
    await this.owner.end()
  }
}

type LogLine = {
  state_code?: string
  timestamp?: string
  user?: string
  pid?: number
  application_name?: string
  message?: string
  detail?: string
}

/** What the program does by itself (lib/db/background.ts); answers to whole questions are what the pages of these wait for. */
const ITS_OWN = /^mig-dashboard (job|fleet|files)$/

/** The statements of a role in lines of the server's JSON log, in their order, without what the program does by itself. */
export function statementsIn(lines: readonly string[], role: string): Statement[] {
  return lines.flatMap((line) => {
    const {
      timestamp = '',
      user,
      pid = 0,
      application_name = '',
      message = '',
      detail = '',
    } = JSON.parse(line) as LogLine
    const [, ms, text] = /^duration: ([\d.]+) ms {2}(?:execute [^:]*|statement): ([\s\S]*)$/.exec(message) ?? []
    if (user !== role || text === undefined || ITS_OWN.test(application_name)) return []
    const values: string[] = []
    for (const [, place, value = ''] of detail.matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g))
      values[Number(place) - 1] = value
    return [{ text, values, ms: Number(ms), process: pid, ended: momentOf(timestamp) }]
  })
}

/** How many statements of a role a server's JSON log says that were stopped: at their time limit, or because nobody waited. */
export function stoppedIn(lines: readonly string[], role: string): number {
  return lines.filter((line) => {
    const { user, state_code } = JSON.parse(line) as LogLine
    return user === role && state_code === '57014'
  }).length
}

// "2026-01-01 00:00:00.123 UTC": the server is told to write it so.
const momentOf = (timestamp: string): number => Date.parse(timestamp.replace(' ', 'T').replace(' UTC', 'Z'))

const READS = /^\s*(SELECT|WITH|BEGIN|COMMIT|ROLLBACK|SET|SHOW|START)\b/i
const WRITES = /\b(INSERT INTO|UPDATE|DELETE FROM|pg_(try_)?advisory\w*)\b/i

/** The statements without those that write or wait for a lock. */
export const readingOnly = (statements: readonly Statement[]): Statement[] =>
  statements.filter(({ text }) => READS.test(text) && (!WRITES.test(text) || /^\s*(BEGIN|COMMIT|SET)/i.test(text)))

/** What the transaction of a statement had set when it ran. */
export function settingsBefore(statements: readonly Statement[], statement: Statement): Statement[] {
  const settings: Statement[] = []
  for (const one of statements) {
    if (one === statement) return settings
    if (one.process !== statement.process) continue
    if (/^\s*(BEGIN|START|COMMIT|ROLLBACK)/i.test(one.text)) settings.length = 0
    else if (/^\s*SET LOCAL/i.test(one.text)) settings.push(one)
  }
  return settings
}

/** Runs statements of a page again on a connection of their own, without the program around them. */
export class Replay {
  private readonly prepared = new Map<string, string>()

  private constructor(private readonly client: pg.Client) {}

  static async of(programUrl: string): Promise<Replay> {
    const client = new pg.Client({ connectionString: programUrl })
    client.on('error', () => {})
    await client.connect()
    // As unnamed statements are planned: for their values, each time.
    await client.query('SET plan_cache_mode = force_custom_plan')
    return new Replay(client)
  }

  /** Milliseconds that the statements take one after the other; those of one connection of the page together, in their order. */
  async time(statements: readonly Statement[]): Promise<number> {
    const ready: string[] = []
    for (const one of inSessions(statements)) ready.push(await this.ready(one))
    const begun = performance.now()
    try {
      for (const text of ready) await this.client.query(text)
    } finally {
      await this.client.query('ROLLBACK')
    }
    return performance.now() - begun
  }

  /** PostgreSQL's own account of how it ran a statement, as text or as JSON, after what its transaction had set. */
  async explain(statement: Statement, settings: readonly Statement[], options: string): Promise<unknown> {
    const ready = await this.ready(statement)
    await this.client.query('BEGIN')
    try {
      for (const { text } of settings) await this.client.query(text)
      const { rows } = await this.client.query<{ 'QUERY PLAN': unknown }>(`EXPLAIN (${options}) ${ready}`)
      const lines = rows.map((row) => row['QUERY PLAN'])
      return typeof lines[0] === 'string' ? lines.join('\n') : lines[0]
    } finally {
      await this.client.query('ROLLBACK')
    }
  }

  // A statement with values becomes a prepared one, so that each value gets the type that it had.
  private async ready({ text, values }: Statement): Promise<string> {
    if (values.length === 0) return text
    let name = this.prepared.get(text)
    if (!name) {
      name = `bench_${this.prepared.size}`
      await this.client.query(`PREPARE ${name} AS ${text}`)
      this.prepared.set(text, name)
    }
    return `EXECUTE ${name}(${values.join(', ')})`
  }

  async end(): Promise<void> {
    await this.client.end()
  }
}

// A stable order: the statements of one connection follow each other as they did.
const inSessions = (statements: readonly Statement[]): Statement[] =>
  [...statements].sort((a, b) => a.process - b.process)
