import { Mono } from '@/components/ui/mono'
import { parseAgentVersion } from '@/lib/mig/wire/version'

/** An agent's version as its day of build, the whole text on hover; a text of no known form as it is. `short` leaves out hour and kind. */
export function VersionText({ children, short = false }: { children: string; short?: boolean }) {
  const version = parseAgentVersion(children)
  if (!version.date)
    return (
      <span className="block max-w-56 truncate" title={children}>
        <Mono className="break-normal">{children}</Mono>
      </span>
    )
  const rest = [version.commit, short ? null : version.env].filter(Boolean).join('.')
  return (
    <span title={children} className="whitespace-nowrap">
      {version.date}
      {version.time && !short && <span className="text-faint"> {version.time}</span>}
      {rest && <span className="text-faint"> · {rest}</span>}
    </span>
  )
}
