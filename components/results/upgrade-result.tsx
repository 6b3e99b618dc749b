import { visibleText } from '@/components/ui/visible-text'
import type { ResultProps } from './renderers'

/** What became of an upgrade. */
export function UpgradeResult({ result }: ResultProps<'upgrade'>) {
  return (
    <p className="text-sm">
      {result.success ? 'A new agent was started' : 'The agent was not upgraded'}
      {result.oldpid !== null && result.oldpid !== '0' && `; the process before was ${visibleText(result.oldpid)}`}.
    </p>
  )
}
