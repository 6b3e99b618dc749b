import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import type { KnownFile } from '@/lib/mig/acl/file-states'
import { FILE_STATE_WORDS, LastFileWords } from './file-state'

const WORDS = {
  ...FILE_STATE_WORDS,
  differs: { ...FILE_STATE_WORDS.differs, label: 'the tables differ from the file' },
  undecided: {
    label: 'cannot be compared: two modules share a name',
    tone: 'odd',
    title: 'The tables do not say whose rules a file would hold',
  },
} as const

/** On an endpoint's page: how its tables stand to its last ACL file, and the way to the file. */
export function EndpointFile({ agentId, file, now }: { agentId: string; file: KnownFile | undefined; now: string }) {
  return (
    <div className="flex flex-col gap-1 text-sm">
      <StatusBadge {...WORDS[file?.state ?? 'none']} bare />
      {file && (
        <span className="text-muted">
          <LastFileWords last={file.last} now={now} />
        </span>
      )}
      <TextLink href={`/acl/files/file?agent=${agentId}`}>The file as the tables say</TextLink>
    </div>
  )
}
