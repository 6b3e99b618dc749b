import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { Asked } from '@/lib/mig/acl/asked'

/** Who and what is asked, in words. */
export function AskedQuestion({ asked }: { asked: Asked }) {
  const people = [...new Map(asked.signers.map((signer) => [signer.investigatorId, signer])).values()]
  const gone = people.filter((signer) => !signer.known)
  const disabled = people.filter((signer) => signer.disabled)
  const inWords = people.map(({ name, investigatorId }) => {
    const times = asked.signers.filter((signer) => signer.investigatorId === investigatorId).length
    return times > 1 ? `${visibleText(name)} (${times} signatures)` : visibleText(name)
  })
  return (
    <div className="flex flex-col gap-1">
      <p>
        {asked.action ? (
          <>
            For{' '}
            <TextLink href={`/actions/${asked.action.id}`}>
              <bdi>{visibleText(asked.action.name)}</bdi>
            </TextLink>
            : signed
          </>
        ) : (
          'Signed'
        )}{' '}
        by <strong className="font-semibold">{inWords.join(', ')}</strong>, running{' '}
        <strong className="font-semibold">
          {[...new Set(asked.operations)].map((m) => visibleText(m)).join(', then ')}
        </strong>
        .
      </p>
      {disabled.length > 0 && (
        <p className="text-attention text-sm">
          {disabled.map((s) => visibleText(s.name)).join(', ')}: disabled, so the weight counts as 0. Agents do not know
          that.
        </p>
      )}
      {gone.length > 0 && (
        <p className="text-attention text-sm">
          {gone.map((s) => visibleText(s.name)).join(', ')}: no such investigator (any more), so the weight counts as 0;
          what weights were left behind are ignored.
        </p>
      )}
    </div>
  )
}
