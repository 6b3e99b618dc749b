import type { Transaction } from '@/lib/db/prisma'
import { AppError } from '@/lib/errors'
import type { MigId } from '@/lib/mig/wire/id'
import { agentNamesSql, keptNamesSql } from './batch.sql'
import type { CellChange } from './change'

type Named = { id: MigId; name: string }

/** What the modules, people and agents of a batch are called. */
export class BatchNames {
  private readonly kept = { modules: new Map<MigId, string>(), investigators: new Map<MigId, string>() }

  constructor(private readonly tx: Transaction) {}

  /** Names these modules and investigators, and keeps them from being removed. Throws `not_found` for one that is not there. */
  async keep(asked: Record<'modules' | 'investigators', ReadonlySet<MigId>>): Promise<void> {
    for (const table of ['modules', 'investigators'] as const) {
      const known = this.kept[table]
      const fresh = [...asked[table]].filter((id) => !known.has(id))
      if (fresh.length === 0) continue
      for (const { id, name } of await this.tx.$queryRaw<Named[]>(keptNamesSql(table, fresh))) known.set(id, name)
      const missing = fresh.find((id) => !known.has(id))
      if (missing) throw new AppError('not_found', `There is no ${table.slice(0, -1)} ${missing}. Nothing was changed.`)
    }
  }

  /** Agent rows by their names. */
  async agents(ids: readonly MigId[]): Promise<(Named & { queueloc: string })[]> {
    return this.tx.$queryRaw<(Named & { queueloc: string })[]>(agentNamesSql(ids))
  }

  /** A cell with its names. */
  async describe(change: CellChange) {
    const rows = await this.agents([change.agent])
    const where = {
      table: change.table,
      agentid: change.agent,
      agent: rows[0]?.name ?? change.agent,
      queueloc: rows[0]?.queueloc ?? '',
      moduleid: change.module,
      module: this.kept.modules.get(change.module) ?? change.module,
    }
    if (change.table === 'agtmodreq') return where
    const investigator = this.kept.investigators.get(change.investigator) ?? change.investigator
    return { ...where, investigatorid: change.investigator, investigator }
  }

  /** "The minimum weight of file on web1". */
  async what(change: CellChange): Promise<string> {
    const names = await this.describe(change)
    const subject = 'investigator' in names ? `weight of ${names.investigator} for` : 'minimum weight of'
    return `The ${subject} ${names.module} on ${names.agent}`
  }
}
