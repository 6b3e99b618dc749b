import { Mono } from '@/components/ui/mono'
import { parseAgentVersion } from '@/lib/mig/wire/version'

/** An agent's version as its day of build, the whole text on hover; a text of no known form as it is. */
export function VersionText({ children }: { children: string }) {
  const version = parseAgentVersion(children)
  if (!version.date)
    return (
      <span className="block max-w-56 truncate" title={children}>
        <Mono className="break-normal">{children}</Mono>
      </span>
    )
  const rest = [version.commit, version.env].filter(Boolean).join('.')
  return (
    <span title={children} className="whitespace-nowrap">
      {version.date}
      {version.time && <span className="text-faint"> {version.time}</span>}
      {rest && <span className="text-faint"> · {rest}</span>}
    </span>
  )
}
