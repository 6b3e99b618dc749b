import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { formatNumber } from '@/lib/format'
import type { Neighbours } from '@/lib/mig/spool/file'
import { spoolFileHref } from '@/lib/mig/spool/file-name'

/** The other files of the same action, by state. */
export function NeighbourList({ actionId, neighbours }: { actionId: string; neighbours: Neighbours[] | null }) {
  if (neighbours === null)
    return (
      <p className="text-muted text-sm">
        The directories are large or slow.{' '}
        <TextLink href={`/spool/find?q=${actionId}`}>Find the action’s files</TextLink>
      </p>
    )
  if (neighbours.length === 0)
    return <p className="text-muted text-sm">No other file of this action lies in the spool.</p>
  return (
    <ul className="flex flex-col gap-2 text-sm">
      {neighbours.map(({ directory, names, count }) => (
        <li key={directory.join('/')} className="flex min-w-0 flex-col gap-0.5">
          <TextLink href={`/spool/${directory.join('/')}?id=${actionId}`}>
            {directory.join('/')}: {formatNumber(count)}
          </TextLink>
          {names.map(({ name, file }) => (
            <TextLink key={name} href={spoolFileHref(directory, name)}>
              <Mono>{file}</Mono>
            </TextLink>
          ))}
        </li>
      ))}
    </ul>
  )
}
