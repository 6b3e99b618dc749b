import { type EndpointRules, judgeModule, type Signer } from './rule'

/**
 * What an endpoint does with signatures and modules; the first that fits, worst first. `mixed`: it runs several live
 * processes whose rules differ on what is asked, which counts as refusing (design 8).
 */
export const ENDPOINT_OUTCOMES = ['ambiguous', 'no-rule', 'below-one', 'mixed', 'short', 'accepted'] as const
export type EndpointOutcome = (typeof ENDPOINT_OUTCOMES)[number]

/** Each verdict's name, tone and meaning, as pages say it. */
export const OUTCOME_WORDS: Record<
  EndpointOutcome,
  { label: string; tone: 'good' | 'bad' | 'attention' | 'odd'; meaning: string }
> = {
  accepted: { label: 'accepts', tone: 'good', meaning: 'Every module that is checked reaches its minimum.' },
  short: {
    label: 'short',
    tone: 'bad',
    meaning: 'The weights of the signers do not reach the minimum of some module.',
  },
  mixed: {
    label: 'mixed',
    tone: 'attention',
    meaning: 'Several live processes of the endpoint have different rules; that counts as refusing.',
  },
  'below-one': { label: 'minimum below 1', tone: 'odd', meaning: 'Agents refuse a minimum below 1, whoever signs.' },
  'no-rule': {
    label: 'no rule',
    tone: 'bad',
    meaning: 'Some module has no minimum of its own and there is no default: agents refuse it.',
  },
  ambiguous: {
    label: 'undecided',
    tone: 'odd',
    meaning: 'Two modules have the same name, so that the tables do not say whose rules hold.',
  },
}

export type EndpointVerdict = {
  outcome: EndpointOutcome
  /** The greatest weight that is missing for a module, when the outcome is `short`. */
  short: number | null
}

/** Whether an endpoint's live rows differ in what they say of a module: minimum, where it comes from, or the signers' weight. */
export function isMixed(live: readonly EndpointRules[], signers: readonly Signer[], module: string): boolean {
  const said = live.map((rules) => {
    const { via, required, got } = judgeModule(rules, signers, module)
    return `${via} ${required} ${got}`
  })
  return new Set(said).size > 1
}

/** The verdict of one endpoint: by its newest row, held to its live rows. `modules` are the ones that are checked. */
export function judgeEndpoint(
  newest: EndpointRules,
  live: readonly EndpointRules[],
  signers: readonly Signer[],
  modules: readonly string[],
): EndpointVerdict {
  const verdicts = modules.map((module) => judgeModule(newest, signers, module))
  const has = (outcome: string) => verdicts.some((v) => v.outcome === outcome)
  for (const outcome of ['ambiguous', 'no-rule', 'below-one'] as const)
    if (has(outcome)) return { outcome, short: null }
  if (modules.some((module) => isMixed(live, signers, module))) return { outcome: 'mixed', short: null }
  const missing = verdicts.filter((v) => v.outcome === 'short').map((v) => (v.required ?? 0) - v.got)
  return missing.length > 0 ? { outcome: 'short', short: Math.max(...missing) } : { outcome: 'accepted', short: null }
}
