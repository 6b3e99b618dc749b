import type { ReactNode } from 'react'
import type { ModuleAnswer, OperationResult } from '@/lib/mig/modules-json/results'
import { AgentdestroyResult } from './agentdestroy-result'
import { ExampleResult } from './example-result'
import { FileResult } from './file-result'
import { FilecheckerResult } from './filechecker-result'
import { MemoryResult } from './memory-result'
import { NetstatResult } from './netstat-result'
import { PersistentResult } from './persistent-result'
import { PingResult } from './ping-result'
import { PkgResult } from './pkg-result'
import type { Paging } from './result-table'
import { ScribeResult } from './scribe-result'
import { SshkeyResult } from './sshkey-result'
import { TimedriftResult } from './timedrift-result'
import { UpgradeResult } from './upgrade-result'
import { YaraResult } from './yara-result'

type Kind = ModuleAnswer['kind']

export type ResultProps<K extends Kind> = { result: Extract<OperationResult, { kind: K }>; paging?: Paging }

/** Draws what a module found; errors and figures stand beside it. A new kind of answer does not build until it is here. */
const RENDERERS: { [K in Kind]: (props: ResultProps<K>) => ReactNode } = {
  filechecker: FilecheckerResult,
  file: FileResult,
  netstat: NetstatResult,
  memory: MemoryResult,
  ping: PingResult,
  timedrift: TimedriftResult,
  pkg: PkgResult,
  scribe: ScribeResult,
  sshkey: SshkeyResult,
  yara: YaraResult,
  upgrade: UpgradeResult,
  agentdestroy: AgentdestroyResult,
  example: ExampleResult,
  persistent: PersistentResult,
}

/** The component for an answer, or null for what is no module's answer. */
export function rendererOf(
  result: OperationResult,
): ((props: { result: OperationResult; paging?: Paging }) => ReactNode) | null {
  // The kind of the result chooses the function for exactly that kind.
  return Object.hasOwn(RENDERERS, result.kind)
    ? (RENDERERS[result.kind as Kind] as (props: { result: OperationResult; paging?: Paging }) => ReactNode)
    : null
}
