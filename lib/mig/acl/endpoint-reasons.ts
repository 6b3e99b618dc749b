import 'server-only'
import type { Viewer } from '@/lib/auth/viewer'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { Asked } from './asked'
import { getEndpointRules } from './endpoint-rules'
import type { Endpoint } from './endpoints'
import { readSigners } from './people'
import { type Reasons, reasonsFor } from './reasons'
import { requirementFor } from './rule'
import { type FoundSets, minimalSets } from './signer-sets'
import { furtherKeys, lackOf } from './what-if-sets'

/** One endpoint's reasoning; `sets` only where weight is all that it lacks. */
export type EndpointReasons = {
  endpoint: Endpoint
  reasons: Reasons
  sets: FoundSets | null
  names: ReadonlyMap<string, string>
}

/** Why the endpoint of an agent row would accept or refuse, and who else would have to sign; null for no such row. */
export async function getReasons(
  viewer: Viewer,
  asked: Asked,
  agentId: MigId,
  now: Instant,
): Promise<EndpointReasons | null> {
  const found = await getEndpointRules(viewer, agentId, now)
  if (!found) return null
  const { endpoint, rules, live } = found
  const people = await readSigners()
  const reasons = reasonsFor(rules, live, asked.signers, asked.operations)
  const { modules } = reasons
  const lacksWeight =
    reasons.mixed.length === 0 &&
    modules.some(({ outcome }) => outcome === 'short') &&
    modules.every(({ outcome }) => outcome === 'short' || outcome === 'accepted')
  const keys = furtherKeys(people, asked.question)
  const who = modules.flatMap(({ module }, k) => {
    const requirement = requirementFor(rules, module)
    if (requirement.kind !== 'found') return []
    return rules.weights
      .filter(({ moduleId }) => moduleId === requirement.moduleId)
      .map(({ investigatorId, weight }) => `${k}:${investigatorId}:${weight}`)
  })
  const missing = modules.map(({ required, got }) => (required ?? 0) - got)
  return {
    endpoint,
    reasons,
    sets: lacksWeight ? minimalSets(lackOf(missing, who.join(','), keys)) : null,
    names: new Map(people.map((person) => [person.investigatorId as string, person.name])),
  }
}
