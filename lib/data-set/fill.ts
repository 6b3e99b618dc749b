import type pg from 'pg'
import { withDatabase } from '@/lib/db/setup'
import type { Micros } from '@/lib/demo/clock'
import {
  ACTION_COLUMNS,
  AGENT_COLUMNS,
  actionCells,
  COMMAND_COLUMNS,
  cellText,
  SIGNATURE_COLUMNS,
  signatureCells,
} from '@/lib/demo/insert'
import type { DemoKey, Person } from '@/lib/demo/people'
import { Signer } from '@/lib/demo/sign'
import { refuseForeignSpool } from '@/lib/demo/spool'
import { detectVintage } from '@/lib/mig/vintage'
import { AclPlan, MODULES } from './acl'
import { ActionPlan } from './actions'
import { CommandMaker, type Tally } from './commands'
import { type CopyTarget, copyLines } from './copy'
import { FleetPlan } from './fleet'
import { dropKeys, MIG_TABLES } from './keys'
import { makeInvestigators, makeSeededKeys } from './people'
import type { DataSetSize } from './sizes'
import { writeDataSetSpool } from './spool'

/** Why a database or a folder is not filled, as one sentence. */
export class DataSetProblem extends Error {
  override name = 'DataSetProblem'
}

export type DataSetOptions = {
  /** The URL of the owner of MIG's tables. */
  ownerUrl: string
  size: DataSetSize
  seed: string
  /** The moment of the data; the database's clock without it. */
  now?: Micros
  /** Where the spool goes; none is written without it. */
  spoolDir?: string
  /** Called in the transaction's last moment, with the people's keys. */
  finish?: (client: pg.ClientBase, keys: DemoKey[]) => Promise<void>
  /** Begins a step and gives what tells how far it is, and how many there will be if that is known. */
  onStep?: (what: string, total?: number) => (count: number) => void
}

export type DataSetCounts = Record<(typeof MIG_TABLES)[number] | 'spoolFiles', number> & { now: Micros }

/**
 * Fills the empty tables of MIG with a data set in one transaction: after a failure or a kill they are empty as before.
 * Throws DataSetProblem when they are not empty, not as in mig-data.rst, or not ours to alter.
 */
export async function fillDataSet(options: DataSetOptions): Promise<DataSetCounts> {
  const { spoolDir } = options
  if (spoolDir)
    await refuseForeignSpool(spoolDir).catch(() => {
      throw new DataSetProblem(`The spool is not written: ${spoolDir} holds files of something else.`)
    })
  return withDatabase(options.ownerUrl, async (client) => {
    await refuse(client)
    await client.query('BEGIN')
    try {
      const counts = await new Filling(client, options).run()
      return counts
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    }
  })
}

async function refuse(client: pg.Client): Promise<void> {
  const { kind } = await detectVintage(client)
  if (kind === 'empty')
    throw new DataSetProblem(
      "The database has no tables of MIG yet: `npm run mig-dashboard -- db setup` creates them with the owner's URL.",
    )
  if (kind !== 'data-rst')
    throw new DataSetProblem('A data set goes into tables as mig-data.rst has them; those of this database are others.')
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY($1)
       AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname`,
    [MIG_TABLES],
  )
  if (rows.length > 0)
    throw new DataSetProblem(
      `Only the owner of MIG's tables can fill them so fast, and this role does not own ${rows[0]?.relname}: give the owner's URL.`,
    )
}

const NO_STEP = () => () => {}

class Filling {
  private readonly onStep: NonNullable<DataSetOptions['onStep']>

  constructor(
    private readonly client: pg.Client,
    private readonly options: DataSetOptions,
  ) {
    this.onStep = options.onStep ?? NO_STEP
  }

  async run(): Promise<DataSetCounts> {
    const { client, options } = this
    const { seed, size } = options
    await this.takeTables()
    const now = options.now ?? (await databaseNow(client))
    this.onStep('Plan')
    const people = makeInvestigators(seed, size.investigators)
    const keys = await makeSeededKeys(seed, people, now)
    const signer = new Signer(keys)
    const fleet = new FleetPlan(seed, size, now)
    const plan = new ActionPlan(seed, size, fleet, people)
    const commands = new CommandMaker(seed, fleet, plan, options.spoolDir ? size.spoolFiles : 0)
    const acl = new AclPlan(seed, size, fleet)
    const made = await dropKeys(client)

    const investigators = await this.copy(INVESTIGATORS, personLines(people, keys), people.length)
    const modules = await this.copy(
      { table: 'modules', columns: ['id', 'name'] },
      MODULES.map(({ id, name }) => `${id}\t${name}`),
    )
    const agents = await this.copy({ table: 'agents', columns: AGENT_COLUMNS }, fleet.lines(), size.agents)
    const commandRows = await this.copy(
      { table: 'commands', columns: COMMAND_COLUMNS },
      commands.lines(),
      size.commands,
    )
    const signatureLines: string[] = []
    const actions = await this.copy(
      { table: 'actions', columns: ACTION_COLUMNS },
      actionLines(plan, commands.tally, signer, signatureLines),
      size.actions,
    )
    const signatures = await this.copy({ table: 'signatures', columns: SIGNATURE_COLUMNS }, signatureLines)
    const requirements = await this.copy(REQUIREMENTS, acl.requirementLines(), size.requirements)
    const permissions = await this.copy(PERMISSIONS, acl.permissionLines(), size.permissions)

    const step = this.onStep('Keys and indexes', made.length)
    for (const [i, { make }] of made.entries()) {
      await make()
      step(i + 1)
    }
    this.onStep('Statistics')
    await client.query(`ANALYZE ${MIG_TABLES.map((table) => `public.${table}`).join(', ')}`)
    await this.keepIds(people)
    await options.finish?.(client, keys)
    // Written before the commit: rows without their files would pass for a finished data set.
    const spoolFiles = options.spoolDir
      ? await writeDataSetSpool(
          options.spoolDir,
          { fleet, plan, tally: commands.tally, waiting: commands.waiting, signer },
          this.onStep('Spool'),
        )
      : 0
    this.onStep('Commit')
    await client.query('COMMIT')
    return {
      investigators,
      modules,
      agents,
      commands: commandRows,
      actions,
      signatures,
      agtmodreq: requirements,
      invagtmodperm: permissions,
      spoolFiles,
      now,
    }
  }

  // Truncated in this transaction, so that COPY may freeze the rows; that they are empty is looked at behind the lock.
  private async takeTables(): Promise<void> {
    const { client } = this
    const tables = MIG_TABLES.map((table) => `public.${table}`).join(', ')
    await client.query(`SET LOCAL statement_timeout = 0`)
    await client.query(`SET LOCAL maintenance_work_mem = '512MB'`)
    await client.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`)
    for (const table of MIG_TABLES) {
      const { rowCount } = await client.query(`SELECT FROM public.${table} LIMIT 1`)
      if (rowCount !== 0)
        throw new DataSetProblem(
          `The database is not empty: its table ${table} has rows. A data set goes into an empty one.`,
        )
    }
    await client.query(`TRUNCATE ${tables}`)
  }

  private copy(target: CopyTarget, lines: Iterable<string> | AsyncIterable<string>, total?: number): Promise<number> {
    return copyLines(this.client, target, lines, this.onStep(target.table, total))
  }

  // The dashboard gives no id twice; a database that it was never set up in has no such table.
  private async keepIds(people: readonly Person[]): Promise<void> {
    const { rows } = await this.client.query<{ there: boolean }>(
      `SELECT to_regclass('dashboard.investigator_id') IS NOT NULL AS there`,
    )
    if (rows[0]?.there)
      await this.client.query('UPDATE dashboard.investigator_id SET last = greatest(last, $1)', [String(people.length)])
  }
}

const INVESTIGATORS: CopyTarget = { table: 'investigators', columns: ['id', 'name', 'pgpfingerprint', 'publickey'] }
const REQUIREMENTS: CopyTarget = { table: 'agtmodreq', columns: ['moduleid', 'agentid', 'minimumweight'] }
const PERMISSIONS: CopyTarget = {
  table: 'invagtmodperm',
  columns: ['investigatorid', 'agentid', 'moduleid', 'weight'],
}

function personLines(people: readonly Person[], keys: readonly DemoKey[]): string[] {
  return people.map((person, i) => {
    const { fingerprint, publicKey } = keys[i] as DemoKey
    return [
      person.id,
      person.name,
      person.lowerCase ? fingerprint.toLowerCase() : fingerprint,
      person.keyMissing ? null : publicKey,
    ]
      .map(cellText)
      .join('\t')
  })
}

async function* actionLines(plan: ActionPlan, tally: Tally, signer: Signer, signatureLines: string[]) {
  for (let action = 0; action < plan.count; action++) {
    const made = tally.complete(action, plan.make(action))
    made.signatures = await signer.sign(made)
    for (const cells of signatureCells(made)) signatureLines.push(cells.map(cellText).join('\t'))
    yield actionCells(made).map(cellText).join('\t')
  }
}

async function databaseNow(client: pg.ClientBase): Promise<Micros> {
  const { rows } = await client.query<{ now: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now',
  )
  return Number(rows[0]?.now)
}
