import { Tabs } from '@/components/layout/tabs'
import { formatNumber } from '@/lib/format'

/** The pages of one action. `commands` is how many it has; null when they were not counted. */
export function ActionTabs({
  id,
  current,
  commands = null,
}: {
  id: string
  current: 'detail' | 'commands'
  commands?: number | null
}) {
  return (
    <Tabs
      label="Pages of this action"
      current={current}
      tabs={[
        { key: 'detail', label: 'Detail', href: `/actions/${id}` },
        {
          key: 'commands',
          label: 'Commands',
          href: `/actions/${id}/commands`,
          count: commands === null ? undefined : formatNumber(commands),
        },
      ]}
    />
  )
}
