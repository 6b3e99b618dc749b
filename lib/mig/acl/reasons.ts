import { isMixed } from './endpoint-verdict'
import type { EndpointRules, Signer } from './rule'
import { judgeModule, type ModuleVerdict } from './rule'
import { type BookVerdict, checkedModules, judgeUnder, RULE_BOOKS, type RuleBook } from './rule-books'

/** Why one endpoint accepts or refuses: each module's line, each rule book's verdict, and where its live rows disagree. */
export type Reasons = {
  modules: ModuleVerdict[]
  books: Record<RuleBook, BookVerdict>
  /** The modules on which the endpoint's live rows differ in requirement or weight; a book that checks one refuses. */
  mixed: string[]
  /** Whether each book lets the action run, the live rows being held to each other. */
  runs: Record<RuleBook, boolean>
}

/** The reasoning for one endpoint, by its newest row's rules held to those of its live rows. */
export function reasonsFor(
  rules: EndpointRules,
  live: readonly EndpointRules[],
  signatures: readonly Signer[],
  operations: readonly string[],
): Reasons {
  const names = [...new Set(operations)]
  const mixed = names.filter((name) => isMixed(live, signatures, name))
  const books = Object.fromEntries(
    RULE_BOOKS.map((book) => [book, judgeUnder(book, rules, signatures, operations)]),
  ) as Reasons['books']
  const runs = Object.fromEntries(
    RULE_BOOKS.map((book) => {
      const refuses = checkedModules(book, operations).some((name) => mixed.includes(name))
      return [book, books[book].accepted === true && !refuses]
    }),
  ) as Reasons['runs']
  return { modules: names.map((name) => judgeModule(rules, signatures, name)), books, mixed, runs }
}
