import { Tabs } from '@/components/layout/tabs'
import { formatNumber } from '@/lib/format'

/** The pages of one action, as tabs under its name; with how many commands it has where they were counted. */
export function ActionTabs({
  action,
  current,
  commands,
}: {
  action: string
  current: 'action' | 'commands' | 'results' | 'compare'
  commands?: number
}) {
  const base = `/actions/${action}`
  return (
    <Tabs
      label="Action"
      current={current}
      tabs={[
        { key: 'action', label: 'Action', href: base },
        {
          key: 'commands',
          label: 'Commands',
          href: `${base}/commands`,
          count: commands === undefined ? undefined : formatNumber(commands),
        },
        { key: 'results', label: 'Results', href: `${base}/results` },
        { key: 'compare', label: 'Compare', href: `/actions/compare?a=${action}` },
      ]}
    />
  )
}
