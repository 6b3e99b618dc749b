import type { MigId } from '@/lib/mig/wire/id'
import type { BatchEffects, Reach } from './change'

/** Who can run the modules of each endpoint: by agent id one hexadecimal digit a module, as `reachSql` gives them. */
export type ReachFlags = ReadonlyMap<MigId, string>

const PARTS = ['anyone', 'alone', 'editor'] as const
type Part = (typeof PARTS)[number]
const BIT: Record<Part, number> = { anyone: 1, alone: 2, editor: 4 }
const NO_MINIMUM_OF_ITS_OWN = 8

/** A pair of endpoint and module whose reach changed. */
export type ReachSample = { agent: MigId; module: MigId; what: Part; gained: boolean }

/** The modules whose reach was asked, in the order of the flags; `fallback` is `default` where it is one of them. */
export type AskedModules = { modules: readonly { id: MigId }[]; fallback: MigId | null }

const MOST_SAMPLES = 50

/** Adds up what the chunks of one batch do. */
export class EffectSum {
  private endpoints = 0
  private pairs = 0
  private readonly reach: Record<Part, Reach> = {
    anyone: { gained: 0, lost: 0 },
    alone: { gained: 0, lost: 0 },
    editor: { gained: 0, lost: 0 },
  }
  private readonly kept: Record<Part, { lost: ReachSample[]; gained: ReachSample[] }> = {
    anyone: { lost: [], gained: [] },
    alone: { lost: [], gained: [] },
    editor: { lost: [], gained: [] },
  }

  /**
   * Compares the reach before and after one chunk. `touched` says by endpoint of which modules cells were changed; those
   * of `default` reach every module without a minimum of its own.
   */
  add(
    touched: ReadonlyMap<MigId, ReadonlySet<MigId>>,
    { modules: asked, fallback }: AskedModules,
    before: ReachFlags,
    after: ReachFlags,
  ): void {
    for (const [agent, modules] of touched) {
      this.endpoints++
      const was = before.get(agent) ?? ''
      const is = after.get(agent) ?? ''
      const all = fallback !== null && modules.has(fallback)
      for (const [n, { id: module }] of asked.entries()) {
        const isTouched = modules.has(module)
        if (!isTouched && !all) continue
        const old = Number.parseInt(was[n] ?? '0', 16)
        const now = Number.parseInt(is[n] ?? '0', 16)
        if (!isTouched && !((old | now) & NO_MINIMUM_OF_ITS_OWN)) continue
        this.pairs++
        for (const what of PARTS) {
          if (!((old ^ now) & BIT[what])) continue
          const gained = (now & BIT[what]) !== 0
          this.reach[what][gained ? 'gained' : 'lost']++
          const list = this.kept[what][gained ? 'gained' : 'lost']
          if (list.length < MOST_SAMPLES) list.push({ agent, module, what, gained })
        }
      }
    }
  }

  /** At most 50 of the pairs that changed, those lost by anyone first. */
  samples(): ReachSample[] {
    const { anyone, alone, editor } = this.kept
    return [anyone.lost, alone.lost, editor.lost, anyone.gained, alone.gained, editor.gained]
      .flat()
      .slice(0, MOST_SAMPLES)
  }

  /** The sums, with samples that the caller has given their names. */
  effects(samples: BatchEffects['samples']): BatchEffects {
    return { endpoints: this.endpoints, pairs: this.pairs, ...this.reach, samples }
  }
}
