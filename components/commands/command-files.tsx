import { TextLink } from '@/components/ui/text-link'
import { formatBytes } from '@/lib/format'
import type { CommandFile } from '@/lib/mig/spool/command-files'
import { spoolFileHref } from '@/lib/mig/spool/file-name'

/** The files of a command and its action, as links into the spool; null is a spool that could not be looked at. */
export function CommandFiles({ files }: { files: CommandFile[] | null }) {
  if (files === null) return <p className="text-muted text-sm">The spool could not be looked at.</p>
  if (files.length === 0)
    return (
      <p className="text-muted text-sm">
        None: MIG keeps a command’s file only while it is in flight, and an action’s for some days.
      </p>
    )
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {files.map(({ directory, name, bytes }) => (
        <li key={directory.join('/')} className="flex flex-wrap items-baseline gap-x-2">
          <TextLink href={spoolFileHref(directory, name)}>{directory.join('/')}</TextLink>
          {bytes !== null && <span className="text-muted text-xs">{formatBytes(bytes)}</span>}
        </li>
      ))}
    </ul>
  )
}
