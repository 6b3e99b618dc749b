import type { Viewer } from '@/lib/auth/viewer'
import type { Transaction } from '@/lib/db/prisma'
import { type Sql, sql } from '@/lib/db/sql'
import type { FleetBounds } from '@/lib/mig/agents/state'
import type { Vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { type ActiveRow, activeRowsSql, type ReachQuestion, reachSql } from './batch.sql'
import type { BatchNames } from './batch-names'
import type { BatchEffects } from './change'
import { EffectSum, type ReachFlags } from './effects'
import { DEFAULT_MODULE } from './rule'
import { signingKey } from './rule-books'

const MANY_AGENTS = 200

/**
 * Joins of many rows are made whole: what the transaction has written is unknown to the planner's statistics, and it would
 * look each row up in intermediate results from the first on.
 */
export function joinWhole(isMany: boolean): Sql {
  return sql`SELECT set_config('enable_nestloop', ${isMany ? 'off' : 'on'}, true), set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true)`
}

/** The modules of which cells are changed, by agent. */
export type Touched = ReadonlyMap<MigId, ReadonlySet<MigId>>

type ModuleRow = { id: MigId; name: string; twin: boolean }

/** Measures what the parts of a batch do to who can run what, each before and after it is written. */
export class BatchReach {
  private readonly sum = new EffectSum()

  private constructor(
    private readonly viewer: Viewer,
    private readonly tx: Transaction,
    private readonly bounds: FleetBounds,
    readonly modules: readonly ModuleRow[],
    private readonly active: readonly ActiveRow[],
  ) {}

  static async begin(
    viewer: Viewer,
    tx: Transaction,
    { vintage, bounds }: { vintage: Vintage; bounds: FleetBounds },
  ): Promise<BatchReach> {
    const modules = await tx.$queryRaw<ModuleRow[]>(sql`
      SELECT trunc(id)::text AS id, name, count(*) OVER (PARTITION BY name) > 1 AS twin FROM public.modules ORDER BY id`)
    const active = await tx.$queryRaw<ActiveRow[]>(activeRowsSql(vintage))
    return new BatchReach(viewer, tx, bounds, modules, active)
  }

  /** Writes one part, which has all cells of its agents, and adds what it does. */
  async around(touched: Touched, write: () => Promise<void>): Promise<void> {
    const question = this.questionOf(touched)
    const before = await this.reach(question)
    await write()
    this.sum.add(touched, question, before, await this.reach(question))
  }

  /** What all parts do. */
  async effects(names: BatchNames): Promise<BatchEffects> {
    return this.sum.effects(await this.samples(names))
  }

  private questionOf(all: Touched): ReachQuestion {
    const defaults = this.modules.filter((module) => module.name === DEFAULT_MODULE)
    const fallback = defaults.length === 1 ? (defaults[0]?.id ?? null) : null
    const touched = new Set([...all.values()].flatMap((modules) => [...modules]))
    const { id, fingerprint } = this.viewer
    return {
      agents: [...all.keys()],
      modules:
        fallback !== null && touched.has(fallback)
          ? this.modules
          : this.modules.filter((module) => touched.has(module.id)),
      fallback,
      fallbackTwin: defaults.length > 1,
      active: this.active,
      editor: id === null ? null : signingKey({ investigatorId: id, fingerprint }),
    }
  }

  private async reach(question: ReachQuestion): Promise<ReachFlags> {
    const isMany = question.agents.length > MANY_AGENTS
    if (isMany) await this.tx.$executeRaw(joinWhole(true))
    const rows = await this.tx.$queryRaw<{ agent: MigId; flags: string }[]>(reachSql(question, this.bounds))
    if (isMany) await this.tx.$executeRaw(joinWhole(false))
    return new Map(rows.map(({ agent, flags }) => [agent, flags]))
  }

  private async samples(names: BatchNames): Promise<BatchEffects['samples']> {
    const samples = this.sum.samples()
    if (samples.length === 0) return []
    const rows = await names.agents([...new Set(samples.map((s) => s.agent))])
    const endpoints = new Map(rows.map(({ id, name }) => [id, name]))
    const modules = new Map(this.modules.map(({ id, name }) => [id, name]))
    return samples.map(({ agent, module, what, gained }) => ({
      agent,
      endpoint: endpoints.get(agent) ?? agent,
      module: modules.get(module) ?? module,
      what,
      gained,
    }))
  }
}
