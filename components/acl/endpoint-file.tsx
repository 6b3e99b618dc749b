import { StatusBadge } from '@/components/ui/badge'
import { TextLink } from '@/components/ui/text-link'
import type { LastFile } from '@/lib/mig/acl/files'
import { FILE_STATE_WORDS, LastFileWords } from './file-state'

/** On an endpoint's page: how its tables stand to its last ACL file, and the way to the file. */
export function EndpointFile({
  agentId,
  file,
  now,
}: {
  agentId: string
  file: { state: 'same' | 'differs'; last: LastFile } | undefined
  now: string
}) {
  return (
    <div className="flex flex-col gap-1 text-sm">
      <StatusBadge
        {...FILE_STATE_WORDS[file?.state ?? 'none']}
        label={
          file?.state === 'differs' ? 'the tables differ from the file' : FILE_STATE_WORDS[file?.state ?? 'none'].label
        }
        bare
      />
      {file && (
        <span className="text-muted">
          <LastFileWords last={file.last} now={now} />
        </span>
      )}
      <TextLink href={`/acl/files/file?agent=${agentId}`}>The file as the tables say</TextLink>
    </div>
  )
}
