import { storedId } from '@/lib/demo/insert'
import { SCHEDULER_ID } from '@/lib/demo/people'
import { Rng } from '@/lib/demo/rng'
import type { FleetPlan } from './fleet'
import type { DataSetSize } from './sizes'

/** The rows of `modules`: those of 2014 and `default` first. */
export const MODULES = [
  'agentdestroy',
  'example',
  'filechecker',
  'netstat',
  'upgrade',
  'default',
  'connected',
  'file',
  'memory',
  'ping',
  'pkg',
  'timedrift',
].map((name, i) => ({ id: String(i + 1), name }))

const ALL = MODULES.map((_, i) => i)
// Which modules an endpoint has rules of its own for, and how common that is; the rest of the endpoints has none.
const RULE_SETS: readonly (readonly [share: number, modules: readonly number[]])[] = [
  [0.35, [5, 0]],
  [0.17, [5, 2, 3, 0, 4]],
  [0.03, ALL],
]
const AVERAGE = RULE_SETS.reduce((sum, [share, modules]) => sum + share * modules.length, 0)

type Rule = { row: number; module: number }

/**
 * The ACL as two matrices over agent rows. Rules hang on the newest rows of endpoints and some on older ones, where they were
 * left behind; each has a handful of people.
 */
export class AclPlan {
  constructor(
    private readonly seed: string,
    private readonly size: Pick<DataSetSize, 'requirements' | 'permissions' | 'investigators'>,
    private readonly fleet: FleetPlan,
  ) {}

  // Made anew by each pass: newest rows first, so that the number of rules comes out whatever was drawn.
  private *rules(): Generator<Rule> {
    const rng = new Rng(this.seed).fork('rules')
    let left = this.size.requirements
    let newest = 0
    for (let row = 0; row < this.fleet.rows; row++) if (this.fleet.isNewest(row)) newest++
    for (const wantsNewest of [true, false]) {
      let rows = wantsNewest ? newest : this.fleet.rows - newest
      for (let row = 0; row < this.fleet.rows && left > 0; row++) {
        if (this.fleet.isNewest(row) !== wantsNewest) continue
        // A fiftieth stays for the rows of processes that are gone.
        const wanted = wantsNewest ? left - this.size.requirements / 50 : left
        const set = this.drawSet(rng, wanted / rows--)
        for (const module of set.slice(0, left)) yield { row, module }
        left -= Math.min(left, set.length)
      }
    }
    if (left > 0) throw new Error(`${left} requirements found no agent row`)
  }

  private drawSet(rng: Rng, perRow: number): readonly number[] {
    let drawn = (rng.float() * AVERAGE) / Math.max(perRow, 1e-9)
    if (perRow >= ALL.length) return ALL
    for (const [share, modules] of RULE_SETS) {
      if (drawn < share) return modules
      drawn -= share
    }
    return []
  }

  /** The rows of `agtmodreq` as COPY lines. */
  *requirementLines(): Generator<string> {
    const rng = new Rng(this.seed).fork('minimums')
    for (const { row, module } of this.rules()) {
      const drawn = rng.float()
      const weight = module === 0 ? 3 : drawn < 0.55 ? 2 : drawn < 0.93 ? 1 : drawn < 0.95 ? 0 : drawn < 0.999 ? 3 : 9
      yield `${(MODULES[module] as { id: string }).id}\t${storedId(this.fleet.id(row))}\t${weight}`
    }
  }

  /** The rows of `invagtmodperm` as COPY lines. */
  *permissionLines(): Generator<string> {
    const rng = new Rng(this.seed).fork('weights')
    const { investigators } = this.size
    let [rules, left] = [this.size.requirements, this.size.permissions]
    for (const { row, module } of this.rules()) {
      const average = left / rules--
      const drawn = rules === 0 ? left : Math.round(average + (rng.float() - 0.5) * 6)
      // What is left has to fit on the rules that are left.
      const count = Math.max(left - rules * investigators, Math.min(drawn, investigators, left), 0)
      left -= count
      const agent = storedId(this.fleet.id(row))
      const first = module === 0 ? 0 : rng.int(0, investigators - 1)
      for (let i = 0; i < count; i++) {
        const person = String(((first + i) % investigators) + 1)
        const weight = person === SCHEDULER_ID ? 3 : rng.float() < 0.002 ? -2 : 1 + Math.floor(rng.float() ** 2 * 2.2)
        yield `${person}\t${agent}\t${(MODULES[module] as { id: string }).id}\t${weight}`
      }
    }
    if (left > 0) throw new Error(`${left} permissions found no rule`)
  }
}
