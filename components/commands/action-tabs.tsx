import { Tabs } from '@/components/layout/tabs'

/** The pages of one action, as tabs under its name. */
export function ActionTabs({
  action,
  current,
}: {
  action: string
  current: 'action' | 'commands' | 'results' | 'compare'
}) {
  const base = `/actions/${action}`
  return (
    <Tabs
      label="Action"
      current={current}
      tabs={[
        { key: 'action', label: 'Action', href: base },
        { key: 'commands', label: 'Commands', href: `${base}/commands` },
        { key: 'results', label: 'Results', href: `${base}/results` },
        { key: 'compare', label: 'Compare', href: `/actions/compare?a=${action}` },
      ]}
    />
  )
}
