import type { ResultProps } from './renderers'

/** Whether the other agent was removed. */
export function AgentdestroyResult({ result }: ResultProps<'agentdestroy'>) {
  return <p className="text-sm">{result.success ? 'The agent was removed.' : 'The agent was not removed.'}</p>
}
