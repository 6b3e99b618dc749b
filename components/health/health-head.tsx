import { shownStates } from '@/components/agents/state-bar'
import { Moment } from '@/components/feedback/moment'
import { StatStrip } from '@/components/layout/stat-strip'
import { Unknown } from '@/components/ui/unknown'
import { formatCount, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { doubleList, offlineList } from '@/lib/mig/agents/search-params'
import { STATE_MEANING } from '@/lib/mig/agents/status'
import type { Picture } from '@/lib/mig/health/picture'
import { sinceYesterday } from './verdict'
import { VerdictCard } from './verdict-card'

/** Whether the fleet is fine in one line, its states as a bar, and all figures, each a link to exactly its rows. */
export function HealthHead({ picture, now }: { picture: Picture; now: string }) {
  const { figures, silence, isPast, rows, yesterday, isJudgedAnew } = picture
  const { byState, endpoints } = figures
  const shown = shownStates(byState)
  const before = isJudgedAnew ? undefined : yesterday
  const note = (n: number, then: number | undefined) =>
    [formatPercent(n, endpoints), sinceYesterday(n, then)].filter(Boolean).join(' · ')
  return (
    <div className="flex flex-col gap-3">
      <VerdictCard figures={figures} isSilent={silence.silent} isPast={isPast} />
      <StatStrip
        large
        label="Endpoints by state"
        stats={[
          {
            key: 'total',
            label: 'endpoints',
            value: formatNumber(endpoints),
            href: rows.endsWith('?') ? `${rows}view=all` : rows.slice(0, -1),
            note: ['in all', sinceYesterday(endpoints, before?.endpoints)].filter(Boolean).join(' · '),
          },
          ...shown.map((state) => ({
            key: state,
            label: STATE_MEANING[state].label,
            value: formatNumber(byState[state]),
            href: `${rows}state=${state}`,
            tone: byState[state] > 0 ? STATE_MEANING[state].tone : ('neutral' as const),
            note: note(byState[state], before?.byState[state]),
          })),
        ]}
      />
      <Counted picture={picture} now={now} />
    </div>
  )
}

const NOT_SAMPLED = 'Nobody sampled near this moment'

/** The documented questions and the newest heartbeat. */
function Counted({ picture, now }: { picture: Picture; now: string }) {
  const { counted, silence, isPast, yesterday } = picture
  return (
    <StatStrip
      label="Documented questions"
      stats={[
        {
          key: 'offline',
          label: 'names offline',
          value: counted ? formatNumber(counted.offlineNames) : <Unknown why={NOT_SAMPLED} />,
          ...(!isPast && { href: offlineList.all }),
          ...(counted && { tone: counted.offlineNames ? ('bad' as const) : ('good' as const) }),
          icon: 'offline',
          note:
            counted &&
            [
              `${formatCount(counted.offlineEndpoints, 'endpoint')}`,
              sinceYesterday(counted.offlineNames, yesterday?.offlineNames),
            ]
              .filter(Boolean)
              .join(' · '),
        },
        {
          key: 'doubles',
          label: 'double agents',
          value: counted ? formatNumber(counted.doubles) : <Unknown why={NOT_SAMPLED} />,
          ...(!isPast && { href: doubleList.all }),
          ...(counted && { tone: counted.doubles ? ('attention' as const) : ('good' as const) }),
          icon: 'double',
          note:
            counted &&
            [
              `${formatNumber(counted.doublesAlive)} with two processes alive`,
              sinceYesterday(counted.doubles, yesterday?.doubles),
            ]
              .filter(Boolean)
              .join(' · '),
        },
        {
          key: 'heartbeat',
          label: 'newest heartbeat',
          value: <Moment at={silence.newest} now={isPast ? picture.at : now} none="none" />,
          tone: silence.newest === null ? 'neutral' : silence.silent ? 'bad' : 'good',
          note: `one is expected every ${formatDuration(silence.period)} from each agent`,
        },
      ]}
    />
  )
}
