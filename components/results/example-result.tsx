import { KeyValue } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ResultProps } from './renderers'

const LISTED = 100

/** What module example says of its host. */
export function ExampleResult({ result }: ResultProps<'example'>) {
  const list = (texts: string[]) => (
    <ul>
      {texts.slice(0, LISTED).map((text, i) => (
        <li key={i}>
          <Mono>{text}</Mono>
        </li>
      ))}
      {texts.length > LISTED && <li className="text-muted">and {texts.length - LISTED} more</li>}
    </ul>
  )
  return (
    <KeyValue
      items={[
        ...(result.hostname
          ? [{ key: 'host', label: 'Host name', value: <bdi>{visibleText(result.hostname)}</bdi> }]
          : []),
        ...(result.addresses.length > 0
          ? [{ key: 'addresses', label: 'Addresses', value: list(result.addresses) }]
          : []),
        ...(result.lookeduphost.length > 0
          ? [{ key: 'looked', label: 'Looked up', value: list(result.lookeduphost) }]
          : []),
      ]}
    />
  )
}
