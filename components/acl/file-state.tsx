import { Moment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import type { Tone } from '@/components/ui/tone'
import { visibleText } from '@/components/ui/visible-text'
import type { EndpointFile, LastFile } from '@/lib/mig/acl/file-states'
import type { FileState } from '@/lib/mig/acl/search-params'

/** How the tables stand to the last file, in words. */
export const FILE_STATE_WORDS: Record<FileState, { label: string; tone: Tone; title: string }> = {
  none: { label: 'no file known', tone: 'neutral', title: 'No file of this endpoint was exported or compared here' },
  same: {
    label: 'as the last file',
    tone: 'good',
    title: 'The tables say what the last exported or uploaded file says',
  },
  differs: {
    label: 'differs from the file',
    tone: 'attention',
    title: 'The tables say something else than the last exported or uploaded file',
  },
}

/** "exported by Ada Okafor 3 h ago" */
export function LastFileWords({ last, now }: { last: LastFile; now: string }) {
  return (
    <>
      {last.kind === 'export' ? 'exported' : 'uploaded'} by <bdi>{visibleText(last.by)}</bdi>{' '}
      <Moment at={last.at} now={now} />
    </>
  )
}

/** An endpoint's last file: its state and, in grey, when and by whom. */
export function FileStateMark({ file, now }: { file: EndpointFile; now: string }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <StatusBadge {...FILE_STATE_WORDS[file.state]} bare />
      {file.last && (
        <span className="text-faint text-xs">
          <LastFileWords last={file.last} now={now} />
        </span>
      )}
    </span>
  )
}
