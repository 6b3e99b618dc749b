import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import { TONE_ICON, TONE_TEXT } from '@/components/ui/tone'
import { Unknown } from '@/components/ui/unknown'
import { cn } from '@/lib/cn'
import { formatNumber } from '@/lib/format'
import type { SpoolOverview } from '@/lib/mig/spool/overview'

/** Files in each state of the spool; a state that could not be read says why and is never 0. */
export function SpoolBacklog({
  backlog,
  now,
}: {
  backlog: { overview: SpoolOverview } | { problem: string }
  now: string
}) {
  if ('problem' in backlog)
    return (
      <Notice tone="attention" title="The spool cannot be seen">
        {backlog.problem}
      </Notice>
    )
  return (
    <table className="w-full border-separate border-spacing-0 text-sm">
      <caption className="sr-only">Files in the spool by state</caption>
      <thead>
        <tr className="text-left text-muted text-xs [&>th]:h-7 [&>th]:font-medium">
          <th scope="col">State</th>
          <th scope="col" className="text-right">
            Files
          </th>
          <th scope="col" className="pl-4">
            Oldest
          </th>
        </tr>
      </thead>
      <tbody>
        {backlog.overview.states.map(({ directory, status, files, oldest, health }) => (
          <tr key={directory.join('/')} className="[&>*]:h-8 [&>*]:border-line [&>*]:border-t">
            <th scope="row" className="text-left font-normal">
              <span className="inline-flex items-center gap-1.5" title={health.sentence}>
                <Icon name={TONE_ICON[health.tone]} className={cn('size-3.5', TONE_TEXT[health.tone])} />
                <TextLink href={`/spool/${directory.join('/')}`}>{directory.join('/')}</TextLink>
              </span>
            </th>
            <td className="text-right tabular-nums">
              {status === 'present' ? formatNumber(files) : <Unknown why={health.sentence} />}
            </td>
            <td className="pl-4 text-muted">
              {oldest ? (
                <Moment at={oldest} now={now} />
              ) : (
                <Unknown why={status === 'present' ? 'No name in it carries a moment' : health.sentence} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
