import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { Section } from '@/components/layout/section'
import { Mono } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { formatCount, formatNumber } from '@/lib/format'
import { spoolFileHref } from '@/lib/mig/spool/file-name'
import type { Found } from '@/lib/mig/spool/find'
import { LinkedRows } from './linked-rows'

/** Where an id is now: its rows, and its files in all states. */
export function FoundView({ found, now }: { found: Found; now: string }) {
  const { actions, commands, agents, files, more, unread, unopened } = found
  return (
    <>
      <p className="max-w-text font-medium text-lg" data-testid="where-now">
        {found.where}
      </p>
      {!found.exact && (
        <Notice tone="neutral">
          This number is rounded, as MIG’s JSON prints ids: everything is found whose id prints like{' '}
          <Mono>{found.id}</Mono>.
        </Notice>
      )}
      {unread.map(({ directory, namesOnly, sentence }) => (
        <Notice
          key={directory.join('/')}
          tone="bad"
          title={
            namesOnly
              ? `Of ${directory.join('/')} only the names were looked at`
              : `${directory.join('/')} was not looked at`
          }
        >
          {sentence}
        </Notice>
      ))}
      {unopened > 0 && (
        <Notice tone="attention">
          {formatCount(unopened, 'file')} whose name carries no id {unopened === 1 ? 'was' : 'were'} not looked into:
          too many, too big, or not to be read.
        </Notice>
      )}
      <Section title="In the database">
        <LinkedRows actions={actions} commands={commands} none="No action and no command has this id." />
        {agents.map((id) => (
          <p key={id} className="text-sm">
            Agent <TextLink href={`/agents/${id}`}>{id}</TextLink>
          </p>
        ))}
      </Section>
      <Section title="In the spool">
        {files.length === 0 ? (
          <p className="text-muted text-sm">
            {unread.length === 0 && unopened === 0 ? 'No file carries it.' : 'No file that was looked at carries it.'}{' '}
            Answered commands leave none; the files of ended actions are removed after the retention.
          </p>
        ) : (
          <PlainTable
            caption="Files that carry the id"
            headers={['Place', 'File', 'Written', 'The id stands']}
            rows="[&_td]:h-row"
          >
            {files.map(({ directory, name, file, modified, by }) => (
              <tr key={`${directory.join('/')}/${name}`}>
                <td>
                  <TextLink href={`/spool/${directory.join('/')}`}>{directory.join('/')}</TextLink>
                </td>
                <td className="wrap-anywhere">
                  <TextLink href={spoolFileHref(directory, name)}>
                    <Mono>{file}</Mono>
                  </TextLink>
                </td>
                <td>
                  <Moment at={modified} now={now} none="unknown" />
                </td>
                <td className="text-muted">{by === 'name' ? 'in the name' : 'inside'}</td>
              </tr>
            ))}
          </PlainTable>
        )}
        {more.map(({ directory, count }) => (
          <p key={directory.join('/')} className="text-muted text-sm">
            <TextLink href={`/spool/${directory.join('/')}?id=${found.id}`}>
              {formatNumber(count)} more in {directory.join('/')}
            </TextLink>
          </p>
        ))}
      </Section>
    </>
  )
}
