import { AclConsequences } from '@/components/acl/acl-consequences'
import { KeyValue } from '@/components/ui/key-value'
import { TextLink } from '@/components/ui/text-link'
import { formatCount, formatNumber } from '@/lib/format'
import type { Consequences } from '@/lib/mig/investigators/consequences'
import type { KeyState } from '@/lib/mig/investigators/key-state'
import { OPEN_STATUSES } from '@/lib/mig/investigators/open-statuses'

/** What hangs on a person and the key, in numbers with links, and what becomes of it when the key goes. */
export function ConsequencesPanel({
  id,
  consequences,
  state,
  isDisabled,
  later,
}: {
  id: string
  consequences: Consequences
  state: KeyState
  isDisabled: boolean
  later: boolean
}) {
  const { openActions, outliveKey, sessions, tokens, weights, signatures } = consequences
  return (
    <div className="flex flex-col gap-2">
      <KeyValue
        items={[
          {
            key: 'open',
            label: 'Open actions',
            value: (
              <>
                <TextLink href={`/actions?investigator=${id}&status=${OPEN_STATUSES.join(',')}`}>
                  {formatNumber(openActions)}
                </TextLink>
                {outliveKey > 0 && (
                  <span className="text-attention">, {formatNumber(outliveKey)} valid for longer than the key</span>
                )}
              </>
            ),
          },
          {
            key: 'signed',
            label: 'Signatures',
            value: <TextLink href={`/actions?investigator=${id}`}>{formatNumber(signatures)}</TextLink>,
          },
          {
            key: 'weights',
            label: 'Weights',
            value: <TextLink href={`/acl/permissions?investigator=${id}`}>{formatNumber(weights)}</TextLink>,
          },
          {
            key: 'acl',
            label: 'ACL',
            value: <AclConsequences id={id} answer={consequences.acl} />,
          },
          {
            key: 'sessions',
            label: 'Live here',
            value: (
              <TextLink href="/settings">
                {formatCount(sessions, 'session')}, {formatCount(tokens, 'token')}
              </TextLink>
            ),
          },
        ]}
      />
      <ul className="flex max-w-text list-disc flex-col gap-1 pl-4 text-muted text-xs">
        {whatHappens(consequences, state, isDisabled, later).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  )
}

function whatHappens(
  { openActions, sessions, tokens }: Consequences,
  state: KeyState,
  isDisabled: boolean,
  later: boolean,
) {
  const actions = formatCount(openActions, 'open action')
  const is = (one: string, many: string) => (openActions === 1 ? one : many)
  const ended = `${formatCount(sessions, 'session')} and ${formatCount(tokens, 'token')}`
  const sentences: string[] = []
  if (state === 'revoked')
    sentences.push(`Revoked: ${actions} ${is('stops', 'stop')} verifying wherever the keyring holds the revocation.`)
  else if (state === 'expired')
    sentences.push(`Expired: nobody signs in with it. MIG itself checks no expiry: its agents go on accepting the key.`)
  else {
    sentences.push(
      `When it expires: sign-in ends with it. MIG itself checks no expiry: its agents go on accepting the key.`,
      `When it is revoked: ${actions} ${is('stops', 'stop')} verifying wherever the keyring gets the revocation; ${ended} end here.`,
    )
  }
  if (!isDisabled)
    sentences.push(
      later
        ? `When the person is disabled: ${ended} end, weights count 0 here, and MIG’s API and scheduler refuse ${actions} that they have not checked yet. Agents are not told.`
        : `When the person is disabled: ${ended} end and weights count 0 here. Keyrings and agents are not told: ${actions} ${is('runs', 'run')} on.`,
    )
  return sentences
}
