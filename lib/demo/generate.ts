import { type Acl, makeAcl } from './acl'
import type { Actions } from './action-types'
import { makeActions } from './actions'
import type { Micros } from './clock'
import { type Fleet, makeFleet } from './fleet'
import { IdMaker } from './ids'
import { makePeople, type Person } from './people'
import { Rng } from './rng'

/** Everything of the demo but keys and signatures. */
export type Demo = Fleet & Actions & Acl & { seed: string; now: Micros; people: Person[] }

/** The demo for a seed and a moment; the same two give the same demo. */
export function generateDemo(seed: string, now: Micros): Demo {
  const rng = new Rng(seed)
  const ids = new IdMaker(rng.fork('ids'))
  const people = makePeople(rng.fork('people'))
  const fleet = makeFleet(rng.fork('fleet'), ids, now)
  const actions = makeActions({ rng: rng.fork('actions'), ids, fleet, people, now })
  const acl = makeAcl(rng.fork('acl'), fleet, now)
  return { seed, now, people, ...fleet, ...actions, ...acl }
}
