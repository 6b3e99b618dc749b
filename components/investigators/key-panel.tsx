import { Moment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { LinkButton } from '@/components/ui/button'
import { Fingerprint } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { visibleText } from '@/components/ui/visible-text'
import { cn } from '@/lib/cn'
import { formatCount } from '@/lib/format'
import { agentProblemSentence, KEY_STATE_MEANING, STORED_PROBLEM } from '@/lib/mig/investigators/key-state'
import type { InvestigatorDetail } from '@/lib/mig/investigators/queries'
import { KeyTimeline } from './key-timeline'

/** The stored key: validity, user ids, primary key and subkeys; or why there is none to show. */
export function KeyPanel({ investigator }: { investigator: InvestigatorDetail }) {
  const { id, key, state, problem, clock } = investigator
  if (!key)
    return (
      <Notice
        tone={KEY_STATE_MEANING[state].tone}
        title={problem ? STORED_PROBLEM[problem] : 'Only a fingerprint is stored.'}
      >
        {problem
          ? 'Signatures of this investigator cannot be checked here.'
          : 'Signatures of this investigator cannot be checked here until the public key is in this row.'}
      </Notice>
    )
  return (
    <div className="flex flex-col gap-4">
      {state === 'differs' && (
        <Notice tone="bad" title="The stored fingerprint is not that of the stored key">
          The key's own fingerprint is <Fingerprint copy>{key.fingerprint}</Fingerprint>. MIG finds signers by the
          stored one.
        </Notice>
      )}
      {state === 'cannot-sign' && (
        <Notice tone="bad" title="No part of this key can sign">
          Actions signed with it are refused.
        </Notice>
      )}
      {key.agentProblem && (
        <Notice tone="attention" title="MIG’s agents cannot use this key">
          {agentProblemSentence(key.agentProblem)}
        </Notice>
      )}
      <KeyTimeline parts={key.parts} clock={clock} />
      <ul className="flex flex-col gap-1 text-sm" aria-label="User ids">
        {key.userIds.length === 0 && <li className="text-muted">The key names no user.</li>}
        {key.userIds.map((user) => (
          <li key={user.text} className="wrap-anywhere">
            <bdi className={user.revoked ? 'text-muted line-through' : undefined}>{visibleText(user.text)}</bdi>
            {user.revoked && <span className="ml-2 text-bad text-xs">revoked</span>}
            {user.selfHash && <span className="ml-2 text-faint text-xs">signed by its owner with {user.selfHash}</span>}
          </li>
        ))}
        {key.photos > 0 && <li className="text-muted">{formatCount(key.photos, 'photo id')}</li>}
      </ul>
      <KeyParts investigator={investigator} parts={key.parts} />
      <div>
        <LinkButton href={`/investigators/${id}/key`} icon="download" size="sm">
          Public key, armored
        </LinkButton>
      </div>
    </div>
  )
}

function KeyParts({
  investigator,
  parts,
}: {
  investigator: InvestigatorDetail
  parts: NonNullable<InvestigatorDetail['key']>['parts']
}) {
  return (
    <PlainTable
      caption="Primary key and subkeys"
      headers={['Key', 'Algorithm', 'May', 'Created', 'Expires']}
      rows="[&_td]:h-row [&_td]:whitespace-nowrap"
    >
      {parts.map((part) => (
        <tr key={part.fingerprint}>
          <th scope="row" className="h-row whitespace-nowrap border-line border-t px-3 text-left font-normal">
            <span className={cn('block py-1.5', part.kind === 'subkey' && 'pl-4')}>
              {part.kind === 'primary' ? 'primary' : 'subkey'}
              <span className="block text-faint text-xs">
                <Fingerprint>{part.fingerprint}</Fingerprint>
              </span>
            </span>
          </th>
          <td>
            {part.algorithm}
            <span className="block text-faint text-xs">
              {part.selfHash ? `self-signed, ${part.selfHash}` : 'no valid self-signature'}
            </span>
          </td>
          <td>{part.capabilities.join(', ') || 'nothing'}</td>
          <td>
            <Moment at={part.created} now={investigator.clock} />
          </td>
          <td>
            {part.revoked ? (
              <StatusBadge label="revoked" tone="bad" icon="revoked" bare />
            ) : (
              <Moment at={part.expires} now={investigator.clock} none="never" />
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  )
}
