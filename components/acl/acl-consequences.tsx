import { TextLink } from '@/components/ui/text-link'
import { formatCount } from '@/lib/format'
import type { Answer } from '@/lib/mig/acl/answers'
import type { AclConsequences as Found } from '@/lib/mig/acl/powers'

/** What becomes of the rules without a person's key, in one sentence with links; nothing hangs on it is said too. */
export function AclConsequences({ id, answer }: { id: string; answer: Answer<Found> | null }) {
  if (!answer) return <span className="text-muted">What becomes of the ACL without this key is being counted.</span>
  const { disabled, lost, endpoints } = answer.found
  return (
    <span>
      {disabled ? 'As this key is disabled' : 'Without this key'}{' '}
      {lost.count > 0 ? (
        <TextLink href={`/acl/lint?check=unreachable&without=${id}`}>
          {formatCount(lost.count, 'minimum')} {verb(disabled, lost.count)} unreachable
        </TextLink>
      ) : (
        `no minimum ${verb(disabled, 1)} unreachable`
      )}
      {endpoints > 0 ? (
        <>
          , and the ACL file of{' '}
          <TextLink href={`/acl/files/endpoints?${disabled ? 'relists' : 'lists'}=${id}`}>
            {formatCount(endpoints, 'endpoint')}
          </TextLink>{' '}
          changes{disabled && ' again when it is enabled'}.
        </>
      ) : (
        `, and no ACL file changes${disabled ? ' when it is enabled' : ''}.`
      )}
    </span>
  )
}

const verb = (disabled: boolean, count: number) =>
  disabled ? (count === 1 ? 'is' : 'are') : count === 1 ? 'becomes' : 'become'
