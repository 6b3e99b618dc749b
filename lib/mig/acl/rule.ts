/** The module whose rules stand in for modules without a requirement of their own (mig-domain 7.1). */
export const DEFAULT_MODULE = 'default'

/** A row of `modules`; names should be unique and are not forced to be. */
export type RuleModule = { id: string; name: string }

/** One endpoint's rules: those of its newest row (design 8). Rows of unknown modules or investigators count for nothing. */
export type EndpointRules = {
  modules: readonly RuleModule[]
  requirements: readonly { moduleId: string; minimumWeight: number }[]
  weights: readonly { investigatorId: string; moduleId: string; weight: number }[]
}

/**
 * An investigator who signed. `fingerprint` is null where the row has none. A disabled one counts 0, and so does one who is not
 * `known`: an id that no row of `investigators` has, whatever weights were left behind.
 */
export type Signer = { investigatorId: string; fingerprint: string | null; disabled?: boolean; known?: boolean }

export type Contribution = {
  investigatorId: string
  /** The stored weight; null when there is no row. */
  weight: number | null
  /** What it adds to the sum. */
  counted: number
  disabled: boolean
  known: boolean
}

/**
 * `no-rule`: neither the module nor `default` has a requirement; `below-one`: the requirement is below 1, which agents refuse;
 * `ambiguous`: two modules have the name, so that the tables do not say whose rules hold.
 */
export type Outcome = 'accepted' | 'short' | 'no-rule' | 'below-one' | 'ambiguous'

export type ModuleVerdict = {
  module: string
  /** Where the requirement came from; null when there is none. */
  via: 'own' | 'default' | null
  required: number | null
  got: number
  contributions: Contribution[]
  outcome: Outcome
}

/** `accepted` is null when the action has no operations: there is nothing to evaluate. */
export type Verdict = { accepted: boolean | null; modules: ModuleVerdict[] }

/** The requirement that holds for a module on an endpoint: its own row, even 0, else that of `default` (mig-domain 7.3). */
export type Requirement =
  | { kind: 'none' }
  | { kind: 'ambiguous'; name: string }
  | { kind: 'found'; via: 'own' | 'default'; moduleId: string; minimum: number }

/** A fingerprint as it is compared: hex digits alone, in upper case; null for none. */
export function normalFingerprint(fingerprint: string | null): string | null {
  const digits = (fingerprint ?? '').replace(/[^0-9A-Fa-f]/g, '').toUpperCase()
  return digits === '' ? null : digits
}

/** Which requirement holds for a module by name. */
export function requirementFor(rules: Pick<EndpointRules, 'modules' | 'requirements'>, module: string): Requirement {
  for (const [via, name] of [
    ['own', module],
    ['default', DEFAULT_MODULE],
  ] as const) {
    const named = rules.modules.filter((m) => m.name === name)
    if (named.length > 1) return { kind: 'ambiguous', name }
    const row = rules.requirements.find((r) => r.moduleId === named[0]?.id)
    if (named[0] && row)
      return {
        kind: 'found',
        via: name === DEFAULT_MODULE ? 'default' : via,
        moduleId: named[0].id,
        minimum: row.minimumWeight,
      }
  }
  return { kind: 'none' }
}

/** The weights that the signers bring for one module's rows: a person once, whatever the number of signatures or rows. */
export function contributionsOf(
  rules: Pick<EndpointRules, 'weights'>,
  signers: readonly Signer[],
  moduleId: string,
): Contribution[] {
  const people = new Map<string, Contribution>()
  for (const signer of signers) {
    const row = rules.weights.find((w) => w.moduleId === moduleId && w.investigatorId === signer.investigatorId)
    const { disabled = false, known = true } = signer
    const found: Contribution = {
      investigatorId: signer.investigatorId,
      weight: row?.weight ?? null,
      counted: disabled || !known ? 0 : (row?.weight ?? 0),
      disabled,
      known,
    }
    const person = normalFingerprint(signer.fingerprint) ?? `id ${signer.investigatorId}`
    const before = people.get(person)
    // Two rows with one fingerprint are one person: the lower weight counts, so that a doubled row never gives more.
    if (!before || found.counted < before.counted) people.set(person, found)
  }
  return [...people.values()]
}

/** The greatest weight that these people, or some of them, bring for one module's rows; negative weights stay at home. */
export function reachOf(rules: Pick<EndpointRules, 'weights'>, people: readonly Signer[], moduleId: string): number {
  return contributionsOf(rules, people, moduleId).reduce((sum, { counted }) => sum + Math.max(counted, 0), 0)
}

/** Whether one module would run on the endpoint with these signers, with the sum that decides it. */
export function judgeModule(rules: EndpointRules, signers: readonly Signer[], module: string): ModuleVerdict {
  const requirement = requirementFor(rules, module)
  if (requirement.kind !== 'found')
    return {
      module,
      via: null,
      required: null,
      got: 0,
      contributions: [],
      outcome: requirement.kind === 'none' ? 'no-rule' : 'ambiguous',
    }
  const contributions = contributionsOf(rules, signers, requirement.moduleId)
  const got = contributions.reduce((sum, c) => sum + c.counted, 0)
  const outcome = requirement.minimum < 1 ? 'below-one' : got >= requirement.minimum ? 'accepted' : 'short'
  return { module, via: requirement.via, required: requirement.minimum, got, contributions, outcome }
}

/** The strict rule of design 8: every module of the action, each distinct signer once. */
export function judgeAction(rules: EndpointRules, signers: readonly Signer[], operations: readonly string[]): Verdict {
  const modules = [...new Set(operations)].map((module) => judgeModule(rules, signers, module))
  return { accepted: modules.length === 0 ? null : modules.every((m) => m.outcome === 'accepted'), modules }
}
