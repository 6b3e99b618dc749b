import { ChoiceField } from '@/components/data-table/filter-bar'
import type { Person } from '@/lib/mig/acl/endpoints'
import type { Module } from '@/lib/mig/modules/queries'

/** The investigator whose weights are shown, as a choice of the filter form. */
export function PersonField({ people, chosen }: { people: readonly Person[]; chosen: Person }) {
  const known = people.some((person) => person.id === chosen.id) ? people : [chosen, ...people]
  return (
    <ChoiceField
      name="investigator"
      label="Investigator"
      any={null}
      value={chosen.id}
      options={known.map((person) => ({ value: person.id, label: person.name }))}
    />
  )
}

/** The module for which weights are shown, as a choice of the filter form. */
export function ModuleField({ modules, chosen }: { modules: readonly Module[]; chosen: Module }) {
  return (
    <ChoiceField
      name="module"
      label="Module"
      any={null}
      value={chosen.id}
      options={modules.map(({ id, name, twin }) => ({ value: id, label: twin ? `${name} (${id})` : name }))}
    />
  )
}
