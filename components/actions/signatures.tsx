import { Disclosure } from '@/components/ui/disclosure'
import { Fingerprint, Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import type { ActionDetail } from '@/lib/mig/actions/queries'
import { readJson } from '@/lib/mig/actions/schema'

/** Who signed an action, as the signatures table tells, and the signatures that stand in the row itself. */
export function Signatures({ action }: { action: ActionDetail }) {
  const inRow = readJson(action.raw.pgpsignatures)
  const texts = Array.isArray(inRow) ? inRow.filter((one): one is string => typeof one === 'string') : []
  const unlisted = texts.filter((text) => !action.signatures.some((row) => row.pgpsignature === text))
  return (
    <div className="flex flex-col gap-2 text-sm">
      {action.signatures.length === 0 && <p className="text-muted">No investigator is recorded as a signer.</p>}
      <ul className="flex flex-col gap-3">
        {action.signatures.map((row) => (
          <li key={row.investigatorId} className="flex flex-col gap-0.5">
            <TextLink href={`/investigators/${row.investigatorId}`}>
              {row.name === null ? `investigator ${row.investigatorId} (no row)` : visibleText(row.name)}
            </TextLink>
            {row.fingerprint && (
              <span className="text-muted">
                <Fingerprint>{row.fingerprint}</Fingerprint>
              </span>
            )}
            <Disclosure summary="Signature">
              <Mono copy>{row.pgpsignature}</Mono>
            </Disclosure>
          </li>
        ))}
      </ul>
      {unlisted.length > 0 && (
        <p className="text-attention">
          {unlisted.length === 1 ? 'One signature' : `${unlisted.length} signatures`} in the action's row{' '}
          {unlisted.length === 1 ? 'belongs' : 'belong'} to no investigator of the signatures table.
        </p>
      )}
    </div>
  )
}
