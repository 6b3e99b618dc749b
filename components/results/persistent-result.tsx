import type { ResultProps } from './renderers'

/** Whether a module that runs all the time does. */
export function PersistentResult({ result }: ResultProps<'persistent'>) {
  if (result.ok === null) return <p className="text-muted text-sm">The module does not say whether it runs.</p>
  return <p className="text-sm">{result.ok ? 'The module runs.' : 'The module does not run.'}</p>
}
