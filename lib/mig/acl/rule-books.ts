import {
  type EndpointRules,
  judgeAction,
  judgeModule,
  type ModuleVerdict,
  normalFingerprint,
  type Signer,
  type Verdict,
} from './rule'

/** The three ways to read the rule: the tables' own, and what the two generations of agents really do (mig-domain 7.2). */
export const RULE_BOOKS = ['documented', '2014', '2019'] as const
export type RuleBook = (typeof RULE_BOOKS)[number]

/** Each rule book's name and what sets it apart, as pages say it. */
export const RULE_BOOK_WORDS: Record<RuleBook, { label: string; meaning: string }> = {
  documented: {
    label: 'as documented',
    meaning: 'Every module of the action is checked, and each person counts once, however often they signed.',
  },
  '2014': {
    label: '2014 agents as built',
    meaning:
      'More than one signature is refused; with one, only the first operation is checked: what follows runs unchecked.',
  },
  '2019': { label: '2019 agents', meaning: 'As documented, but a key that signed twice makes the agent refuse.' },
}

/** Why a rule book refuses before it looks at any weight. */
export type Refusal = 'several-signatures' | 'repeated-signer'

export type BookVerdict = Verdict & {
  refusal: Refusal | null
  /** Modules that would run although nobody checked them. */
  unchecked: string[]
}

/**
 * How agents decide otherwise than the tables say: some run what these forbid, which is a security gap, or some refuse what
 * these allow.
 */
export const DISAGREEMENTS = ['runs', 'refuses'] as const
export type Disagreement = (typeof DISAGREEMENTS)[number]

/** Each disagreement's name and what it means, as pages say it. */
export const DISAGREEMENT_WORDS: Record<Disagreement, { label: string; tone: 'bad' | 'attention'; meaning: string }> = {
  runs: {
    label: 'runs all the same',
    tone: 'bad',
    meaning: 'A gap: the weights refuse this, and an agent of 2014, which checks the first operation only, runs it.',
  },
  refuses: {
    label: 'refuses all the same',
    tone: 'attention',
    meaning: 'The weights allow this, and one generation of agents refuses it.',
  },
}

/** The key that a signature counts for: its normal fingerprint, or the investigator's row where that has none. */
export function signingKey({ fingerprint, investigatorId }: Signer): string {
  return normalFingerprint(fingerprint) ?? `id ${investigatorId}`
}

/** Why the book refuses these signatures whatever the weights; two rows of one key are one signature. */
export function refusalOf(book: RuleBook, signatures: readonly Signer[]): Refusal | null {
  if (book === '2014' && signatures.length > 1) return 'several-signatures'
  const keys = signatures.map(signingKey)
  return book === '2019' && new Set(keys).size < keys.length ? 'repeated-signer' : null
}

/** The distinct modules that a book checks, in the operations' order. */
export function checkedModules(book: RuleBook, operations: readonly string[]): string[] {
  const modules = [...new Set(operations)]
  return book === '2014' ? modules.slice(0, 1) : modules
}

/**
 * Whether an endpoint runs an action under one rule book. `signatures` holds one entry a signature, so a repeated signer
 * stands in it twice; `accepted` is null when there is nothing to run.
 */
export function judgeUnder(
  book: RuleBook,
  rules: EndpointRules,
  signatures: readonly Signer[],
  operations: readonly string[],
): BookVerdict {
  const refusal = refusalOf(book, signatures)
  if (book !== '2014') {
    const verdict = judgeAction(rules, signatures, operations)
    return {
      ...verdict,
      accepted: refusal && verdict.accepted !== null ? false : verdict.accepted,
      refusal,
      unchecked: [],
    }
  }
  const checked = checkedModules(book, operations)
  const modules: ModuleVerdict[] = checked.map((module) => judgeModule(rules, signatures, module))
  const accepted = modules.length === 0 ? null : refusal === null && modules.every((m) => m.outcome === 'accepted')
  return { accepted, modules, refusal, unchecked: [...new Set(operations)].filter((name) => !checked.includes(name)) }
}
