import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { Asked } from '@/lib/mig/acl/what-if'

/** Who and what is asked, in words. */
export function AskedQuestion({ asked }: { asked: Asked }) {
  const gone = asked.signers.filter((signer) => !signer.known)
  const disabled = asked.signers.filter((signer) => signer.disabled)
  return (
    <div className="flex flex-col gap-1">
      <p>
        {asked.action && (
          <>
            For{' '}
            <TextLink href={`/actions/${asked.action.id}`}>
              <bdi>{visibleText(asked.action.name)}</bdi>
            </TextLink>
            :{' '}
          </>
        )}
        signed by <strong className="font-semibold">{asked.signers.map((s) => visibleText(s.name)).join(', ')}</strong>,
        running{' '}
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
