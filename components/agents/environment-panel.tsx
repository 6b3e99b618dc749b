import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { JsonView } from '@/components/ui/json-view'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { StoredJson } from '@/lib/mig/agents/detail-queries'
import type { Environment, Tag } from '@/lib/mig/agents/schema'
import { readableIssue } from '@/lib/mig/wire/issue'

function Raw({ stored, label, why }: { stored: StoredJson<unknown>; label: string; why: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-attention text-sm">{why} It is shown as it is stored.</p>
      {stored.cut && <p className="text-muted text-xs">Only its first part is shown.</p>}
      <CodeBlock text={stored.text ?? ''} label={label} />
    </div>
  )
}

function environmentItems(environment: Environment): KeyValueItem[] {
  const items: KeyValueItem[] = []
  const text = (key: string, label: string, value: string | undefined) => {
    if (value) items.push({ key, label, value: <bdi>{visibleText(value)}</bdi> })
  }
  if (environment.ident)
    items.push({ key: 'ident', label: 'Distribution', value: <Distribution>{environment.ident}</Distribution> })
  text('os', 'System', environment.os)
  text('arch', 'Architecture', environment.arch)
  text('init', 'Init', environment.init)
  if (environment.addresses?.length)
    items.push({
      key: 'addresses',
      label: 'Addresses',
      value: (
        <ul>
          {[...new Set(environment.addresses)].map((address) => (
            <li key={address}>
              <Mono>{address}</Mono>
            </li>
          ))}
        </ul>
      ),
    })
  if (environment.isproxied !== undefined)
    items.push({
      key: 'proxy',
      label: 'Proxy',
      value: environment.isproxied ? visibleText(environment.proxy || 'yes, not named') : 'none',
    })
  text('publicip', 'Public address', environment.publicip ?? environment.nat?.ip)
  text('nat', 'NAT', environment.nat?.result)
  for (const [key, value] of Object.entries(environment.aws ?? {})) text(`aws.${key}`, `AWS ${key}`, value)
  if (environment.modules?.length) text('modules', 'Modules', environment.modules.join(', '))
  return items
}

/** How the system names itself; with the getty escapes of /etc/issue on hover only, and in the text as stored. */
function Distribution({ children }: { children: string }) {
  const name = readableIssue(children)
  return <bdi title={name === children ? undefined : visibleText(children)}>{visibleText(name)}</bdi>
}

/** What an agent said of its machine at its first heartbeat. */
export function EnvironmentPanel({ stored }: { stored: StoredJson<Environment> }) {
  const { reading } = stored
  if (reading.kind === 'none') return <Nothing why={reading.why} />
  if (reading.kind === 'raw') return <Raw stored={stored} label="environment" why={reading.why} />
  const items = environmentItems(reading.value)
  return (
    <div className="flex flex-col gap-1">
      {items.length > 0 && <KeyValue items={items} />}
      {reading.value.others.length > 0 && (
        <p className="text-muted text-xs wrap-anywhere">
          Also there, in a shape that is not MIG&rsquo;s own: {visibleText(reading.value.others.join(', '))}
        </p>
      )}
      <Disclosure summary="As stored" open={items.length === 0}>
        <JsonView text={stored.text ?? ''} label="environment" />
      </Disclosure>
    </div>
  )
}

/** The labels that were built into an agent. */
export function TagsPanel({ stored }: { stored: StoredJson<Tag[]> }) {
  const { reading } = stored
  if (reading.kind === 'none') return <Nothing why={reading.why} />
  if (reading.kind === 'raw') return <Raw stored={stored} label="tags" why={reading.why} />
  return (
    <KeyValue
      items={reading.value.map((tag, index) => ({
        key: `${index}`,
        label: <bdi>{visibleText(tag.key)}</bdi>,
        value: <bdi>{visibleText(tag.value)}</bdi>,
      }))}
    />
  )
}

function Nothing({ why }: { why: string }) {
  return (
    <p className="text-muted text-sm">
      <Unknown why={why} /> {why}
    </p>
  )
}
