import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration } from '@/lib/format'
import type { JobRow } from '@/lib/jobs/queries'

const HEAD = 'h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs'
const CELL = 'h-row-lg border-line border-t px-3 py-1'

/** The background jobs with how their last run went; `clock` is the database's moment. */
export function JobTable({ jobs, clock }: { jobs: JobRow[]; clock: string }) {
  if (jobs.length === 0)
    return <p className="text-muted text-sm">No job has run on this database yet. The first one runs within seconds.</p>
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">Background jobs</caption>
        <thead>
          <tr>
            <th className={HEAD}>Job</th>
            <th className={HEAD}>State</th>
            <th className={HEAD}>Last ran</th>
            <th className={`${HEAD} text-right`}>Took</th>
            <th className={HEAD}>Result</th>
            <th className={HEAD}>Every</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.name}>
              <th scope="row" className={`${CELL} whitespace-nowrap text-left font-normal`}>
                {job.name}
              </th>
              <td className={CELL}>
                <JobState job={job} />
              </td>
              <td className={CELL}>
                <Moment at={job.finishedAt} now={clock} none="not yet" />
              </td>
              <td className={`${CELL} whitespace-nowrap text-right tabular-nums`}>
                {job.durationMs === null ? (
                  <Unknown why="It has not finished a run yet" />
                ) : (
                  formatDuration(job.durationMs)
                )}
              </td>
              <td className={CELL}>
                <JobResult job={job} clock={clock} />
              </td>
              <td className={`${CELL} whitespace-nowrap tabular-nums`}>{formatDuration(job.periodMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function JobState({ job }: { job: JobRow }) {
  if (job.running) return <StatusBadge label="running" tone="waiting" bare />
  if (job.failed) return <StatusBadge label="failed" tone="bad" bare />
  if (job.finishedAt) return <StatusBadge label="in order" tone="good" bare />
  return <StatusBadge label="waiting" tone="neutral" bare />
}

function JobResult({ job, clock }: { job: JobRow; clock: string }) {
  if (!job.failed) return job.report ?? <Unknown why="It has not finished a run yet" />
  return (
    <span>
      {job.error === null ? 'An admin sees why.' : <bdi>{visibleText(job.error)}</bdi>}{' '}
      <span className="text-muted">
        Last in order: <Moment at={job.succeededAt} now={clock} none="never" />
      </span>
    </span>
  )
}
