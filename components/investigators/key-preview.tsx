import { Notice } from '@/components/feedback/notice'
import { Checkbox } from '@/components/ui/field'
import { KeyValue } from '@/components/ui/key-value'
import { Fingerprint } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatUtc } from '@/lib/format'
import type { KeyFacts } from '@/lib/pgp/key'

/** What was understood of a key that was given, in words. */
export function KeyUnderstood({ keyFacts }: { keyFacts: KeyFacts }) {
  const { fingerprint, algorithm, created, expires, userIds, parts, photos, stripped } = keyFacts
  const subkeys = parts.slice(1)
  return (
    <KeyValue
      items={[
        { key: 'fingerprint', label: 'Fingerprint', value: <Fingerprint copy>{fingerprint}</Fingerprint> },
        {
          key: 'users',
          label: 'User ids',
          value:
            userIds.length === 0
              ? 'none that its owner signed'
              : userIds.map((user) => (
                  <span key={user.text} className="block">
                    <bdi>{visibleText(user.text)}</bdi>
                    {user.revoked && ' (revoked)'}
                  </span>
                )),
        },
        { key: 'algorithm', label: 'Algorithm', value: `${algorithm}, may ${words(parts[0]?.capabilities)}` },
        { key: 'created', label: 'Created', value: formatUtc(created) },
        { key: 'expires', label: 'Expires', value: expires ? formatUtc(expires) : 'never' },
        {
          key: 'subkeys',
          label: 'Subkeys',
          value:
            subkeys.length === 0
              ? 'none'
              : subkeys.map((part) => (
                  <span key={part.fingerprint} className="block">
                    {part.algorithm}, may {words(part.capabilities)}
                    {part.revoked ? ', revoked' : part.expires ? `, until ${formatUtc(part.expires)}` : ''}
                  </span>
                )),
        },
        ...(photos > 0 ? [{ key: 'photos', label: 'Photo ids', value: formatCount(photos, 'picture') }] : []),
        {
          key: 'stripped',
          label: 'Left out',
          value: stripped > 0 ? formatCount(stripped, 'signature of others', 'signatures of others') : 'nothing',
        },
      ]}
    />
  )
}

const words = (capabilities: readonly string[] | undefined) => capabilities?.join(', ') || 'nothing'

/** What speaks against a key, and the box that takes it all the same; nothing when nothing does. */
export function Warnings({ warnings, label }: { warnings: readonly string[]; label: string }) {
  if (warnings.length === 0) return null
  return (
    <div className="flex flex-col gap-3">
      <Notice tone="attention" title={warnings.length === 1 ? 'One thing speaks against it' : 'Think of this first'}>
        <ul className={warnings.length > 1 ? 'list-disc pl-4' : undefined}>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </Notice>
      <Checkbox name="anyway" label={label} required />
    </div>
  )
}
