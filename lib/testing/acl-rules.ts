import type { EndpointRules } from '@/lib/mig/acl/rule'

/** The modules of the rules below, by id. */
export const RULE_MODULES = ['file', 'netstat', 'agentdestroy', 'default'].map((name, i) => ({
  id: String(i + 1),
  name,
}))

const idOf = (name: string) => RULE_MODULES.find((m) => m.name === name)?.id ?? ''

/** An endpoint's rules as `{ file: 2 }` and `{ 'Ann file': 1 }`: minimums by module, weights by person and module. */
export function rulesOf(requirements: Record<string, number>, weights: Record<string, number>): EndpointRules {
  return {
    modules: RULE_MODULES,
    requirements: Object.entries(requirements).map(([name, minimumWeight]) => ({
      moduleId: idOf(name),
      minimumWeight,
    })),
    weights: Object.entries(weights).map(([key, weight]) => {
      const [person = '', module = ''] = key.split(' ')
      return { investigatorId: person, moduleId: idOf(module), weight }
    }),
  }
}

type WorkedExample = {
  title: string
  /** As `rulesOf` takes them. */
  minimums: Record<string, number>
  weights: Record<string, number>
  /** Names out of `RULE_PEOPLE`, one a signature. */
  signers: string[]
  operations: string[]
  accepted: boolean
  /** What the signers weigh for the first operation. */
  got: number
  /** Whether an agent of 2014 runs it. */
  in2014: boolean
}

/** The people of the worked examples; an index plus one is an id and, forty times, a fingerprint. */
export const RULE_PEOPLE = ['Ann', 'Bo', 'Sched']

const ANN_AND_BO = { minimums: { file: 2 }, weights: { 'Ann file': 2, 'Bo file': 1 }, operations: ['file'] }
const HIDDEN = { minimums: { default: 2, agentdestroy: 1 }, weights: { 'Ann default': 2, 'Sched agentdestroy': 1 } }
const BY_ANN = { signers: ['Ann'] }

/** The worked examples of mig-domain 7.3. */
export const WORKED_EXAMPLES: readonly WorkedExample[] = [
  { title: 'file=2, by Ann', ...ANN_AND_BO, ...BY_ANN, accepted: true, got: 2, in2014: true },
  { title: 'file=2, by Bo', ...ANN_AND_BO, signers: ['Bo'], accepted: false, got: 1, in2014: false },
  { title: 'file=2, by both', ...ANN_AND_BO, signers: ['Ann', 'Bo'], accepted: true, got: 3, in2014: false },
  {
    title: 'file=2, Bo twice is one person',
    ...ANN_AND_BO,
    signers: ['Bo', 'Bo'],
    accepted: false,
    got: 1,
    in2014: false,
  },
  {
    title: 'through default',
    minimums: { default: 2 },
    weights: { 'Ann default': 2 },
    ...BY_ANN,
    operations: ['netstat'],
    accepted: true,
    got: 2,
    in2014: true,
  },
  {
    title: 'own entry hides default',
    ...HIDDEN,
    ...BY_ANN,
    operations: ['agentdestroy'],
    accepted: false,
    got: 0,
    in2014: false,
  },
  {
    title: 'every operation counts',
    ...HIDDEN,
    ...BY_ANN,
    operations: ['netstat', 'agentdestroy'],
    accepted: false,
    got: 2,
    in2014: true,
  },
  {
    title: 'a requirement below 1 refuses',
    minimums: { file: 0 },
    weights: { 'Ann file': 9 },
    ...BY_ANN,
    operations: ['file'],
    accepted: false,
    got: 9,
    in2014: false,
  },
  {
    title: 'no requirement, no default',
    minimums: {},
    weights: { 'Ann file': 5 },
    ...BY_ANN,
    operations: ['file'],
    accepted: false,
    got: 0,
    in2014: false,
  },
]
