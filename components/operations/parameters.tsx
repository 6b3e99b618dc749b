import type { ReactNode } from 'react'
import { type ModuleParameters, readParameters } from '@/lib/mig/modules-json/parameters'
import { FieldsParameters } from './fields-parameters'
import { PathChecksParameters } from './path-checks-parameters'
import { SearchesParameters } from './searches-parameters'
import { UpgradeParameters } from './upgrade-parameters'

type Kind = ModuleParameters['kind']

export type ParametersProps<K extends Kind> = { parameters: Extract<ModuleParameters, { kind: K }> }

const RENDERERS: { [K in Kind]: (props: ParametersProps<K>) => ReactNode } = {
  searches: SearchesParameters,
  'path-checks': PathChecksParameters,
  upgrade: UpgradeParameters,
  fields: FieldsParameters,
}

/** An operation's parameters in their module's form, or `fallback`. */
export function Parameters({ module, text, fallback }: { module: string; text: string; fallback: ReactNode }) {
  const parameters = readParameters(module, text)
  if (!parameters) return fallback
  // The kind chooses the function for exactly that kind.
  const render = RENDERERS[parameters.kind] as (props: { parameters: ModuleParameters }) => ReactNode
  return render({ parameters })
}
