import { Panel } from '@/components/feedback/panels'
import { LinkButton } from '@/components/ui/button'
import type { SpoolFailure } from '@/lib/mig/spool/answer'

const TITLES: Partial<Record<SpoolFailure['reason'], string>> = {
  'absent-root': 'There is no spool here',
  'unreadable-root': 'The spool cannot be read',
  absent: 'This directory does not exist',
  vanished: 'This file is not there',
  'not-regular': 'This is not opened',
  'too-big': 'This file is too big',
  link: 'This directory is not followed',
  slow: 'The spool does not answer',
  'not-scanned': 'Not known yet',
}

/** Why the spool gave nothing, in place of what was asked for. */
export function SpoolFailurePanel({ failure, root, back }: { failure: SpoolFailure; root?: string; back?: string }) {
  const isSoft = ['vanished', 'absent', 'not-scanned'].includes(failure.reason)
  return (
    <Panel
      icon={failure.reason === 'slow' ? 'hourglass' : 'folder'}
      tone={isSoft ? 'neutral' : 'bad'}
      title={TITLES[failure.reason] ?? 'The spool cannot be read'}
      action={back && <LinkButton href={back}>Back to the directory</LinkButton>}
    >
      <p>{failure.sentence}</p>
      {root && (
        <p className="mt-1">
          It is looked for at <code>{root}</code>, which the setting <code>MIG_SPOOL_DIR</code> names.
        </p>
      )}
    </Panel>
  )
}
