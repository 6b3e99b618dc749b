/** What is looked for in the rules of the whole fleet, the gravest first. */
export const LINT_CHECKS = [
  'unreachable',
  'below-one',
  'single-person',
  'no-weights',
  'no-rule',
  'no-requirement',
  'people',
  'orphans',
  'dead',
] as const
export type LintCheck = (typeof LINT_CHECKS)[number]

/** Each check's name, what one finding is, why it matters and what to do, as pages say it. */
export const LINT_WORDS: Record<
  LintCheck,
  { label: string; one: string; tone: 'bad' | 'attention' | 'odd'; why: string; what: string }
> = {
  unreachable: {
    label: 'Minimum that nobody can reach',
    one: 'minimum',
    tone: 'bad',
    why: 'All active people together do not weigh enough, so every action is refused, however many sign it.',
    what: 'Lower the minimum, or give somebody weight.',
  },
  'below-one': {
    label: 'Minimum below 1',
    one: 'minimum',
    tone: 'bad',
    why: 'Agents take a minimum below 1 for a fault and refuse, whoever signs.',
    what: 'Set it to 1 or more, or remove it so that default holds.',
  },
  'single-person': {
    label: 'One person alone over a sensitive module',
    one: 'power',
    tone: 'attention',
    why: 'The weight of one signature reaches the minimum of a module that is marked sensitive: one lost key is enough.',
    what: 'Raise the minimum above what one person weighs, or lower the weight.',
  },
  'no-weights': {
    label: 'Requirement without weights',
    one: 'minimum',
    tone: 'bad',
    why: 'The rule asks for weight that nobody has, and it hides default where it is not default itself.',
    what: 'Give the people who should run it weight, or remove the minimum.',
  },
  'no-rule': {
    label: 'Endpoint without any rule and no default',
    one: 'endpoint',
    tone: 'attention',
    why: 'No minimum hangs on its newest process, not even for default: the tables refuse every action there.',
    what: 'Carry over the rules of its older processes, or give it some. Endpoints that are gone or destroyed are left out.',
  },
  'no-requirement': {
    label: 'Weight without requirement',
    one: 'weight',
    tone: 'odd',
    why: 'No minimum of the same module hangs on the endpoint, so the weight counts for nothing.',
    what: 'Set the minimum that it was meant for, or remove the weight.',
  },
  people: {
    label: 'Disabled or keyless people with weight',
    one: 'person',
    tone: 'attention',
    why: 'Their weights count 0 here or cannot be signed for, but stand in the tables, and the agents’ files may hold them still.',
    what: 'Remove their weights, enable the person, or store the key.',
  },
  orphans: {
    label: 'Rule that names what has no row',
    one: 'rule',
    tone: 'odd',
    why: 'Its agent, module or investigator is not in the tables (any more): it counts for nothing, and comes to life again should a row ever get that id.',
    what: 'Have the owner of the database delete the row: no matrix shows it. Where foreign keys are in force there is none.',
  },
  dead: {
    label: 'Rules of dead agents',
    one: 'process',
    tone: 'odd',
    why: 'They hang on processes that no longer stand for an endpoint, or on endpoints that are gone or destroyed.',
    what: 'Carry them over to the live process where they should hold, or leave them: they count for nothing, unless the older process still runs. Then its endpoint refuses where they differ from those of its other live processes.',
  },
}
