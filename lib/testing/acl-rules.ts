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
