import { Suspense } from 'react'
import { ExactMoment } from '@/components/feedback/moment'
import { Notice } from '@/components/feedback/notice'
import { StatusBadge } from '@/components/ui/badge'
import { Disclosure } from '@/components/ui/disclosure'
import { Icon } from '@/components/ui/icon'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Fingerprint, Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { isUnavailable } from '@/lib/db/availability'
import { formatCount, formatNumber } from '@/lib/format'
import type { CheckedSignature, SignatureReport } from '@/lib/mig/signatures/queries'
import { VERDICT_MEANING } from '@/lib/mig/signatures/verdict'
import { weightWords } from '@/lib/mig/signatures/weight-words'
import { Replays } from './replays'

type Report = Promise<SignatureReport | null>

// Long enough for all but the search for two lost times, so that the result is there without scripts as well.
const SOON_MS = 1_000

/** An action's signatures, checked now. What takes long comes after the rest of the page. */
export async function Signatures({ report, id }: { report: Report; id: string }) {
  const soon = report.then((found) => ({ found }))
  const first = await Promise.race([soon, new Promise<null>((settle) => setTimeout(settle, SOON_MS, null))])
  if (first) return <Checked report={first.found} id={id} />
  return (
    <Suspense
      fallback={
        <p aria-busy="true" className="flex items-center gap-2 text-muted text-sm">
          <Icon name="clock" className="size-4" />
          The signatures are being checked. <TextLink href={`/actions/${id}`}>Load the page again</TextLink>
        </p>
      }
    >
      <Late report={report} id={id} />
    </Suspense>
  )
}

async function Late({ report, id }: { report: Report; id: string }) {
  try {
    return <Checked report={await report} id={id} />
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return <Notice tone="bad">The database went away while the signatures were checked.</Notice>
  }
}

function Checked({ report, id }: { report: SignatureReport | null; id: string }) {
  if (!report) return null
  const { signatures, unchecked, isListReadable } = report
  return (
    <div className="flex flex-col gap-3 text-sm">
      {!isListReadable && (
        <Notice tone="odd">
          The row&rsquo;s own list of signatures is not a list of texts, so agents could read none.
        </Notice>
      )}
      {signatures.length === 0 ? (
        <p className="text-muted">
          Nobody signed this action: neither its row nor the signatures table holds a signature.
        </p>
      ) : (
        <ul className="@container divide-y divide-line rounded-md border border-line bg-surface">
          {signatures.map((one) => (
            <Signature key={one.text} one={one} />
          ))}
        </ul>
      )}
      {unchecked > 0 && (
        <p className="text-attention">
          {formatCount(unchecked, 'more signature')} not checked: more than MIG ever writes.
        </p>
      )}
      <KeyValue items={facts(report, id)} />
    </div>
  )
}

function facts({ signatures, weighed, spool, replays }: SignatureReport, id: string): KeyValueItem[] {
  const items: KeyValueItem[] = [
    {
      key: 'unsigned',
      label: 'Not signed',
      value: (
        <p className="max-w-text">
          Id, description, threat, status, times of the run, counters and syntax version. Whoever may write the row may
          have changed them, and the syntax version decides how the target is read.
        </p>
      ),
    },
  ]
  if (signatures.length > 1)
    items.push({
      key: 'several',
      label: 'Several signatures',
      value: 'MIG of 2014 refuses them at its API and on its agents; versions since 2016 take them.',
    })
  if (signatures.length > 0)
    items.push({
      key: 'weights',
      label: 'Weights',
      value:
        weighed.commands === 0
          ? 'They hang on agents, and this action was sent to none.'
          : `Counted over the agents of ${weighed.more ? `the first ${formatNumber(weighed.commands)} commands` : formatCount(weighed.commands, 'command')}.`,
    })
  items.push({
    key: 'what-if',
    label: 'What if',
    value: <TextLink href={`/acl/what-if?action=${id}`}>Which endpoints would accept it by the ACL</TextLink>,
  })
  items.push({ key: 'spool', label: 'Spool', value: <SpoolSays spool={spool} /> })
  items.push({ key: 'replays', label: 'Replays', value: <Replays replays={replays} /> })
  return items
}

function Signature({ one }: { one: CheckedSignature }) {
  const { signer, listed, verdict, copies, keyId } = one
  const { label, tone, meaning } = VERDICT_MEANING[verdict]
  const fingerprint = signer?.fingerprint
  return (
    <li className="grid gap-x-6 gap-y-2 px-3 py-2.5 @2xl:grid-cols-[minmax(0,1fr)_minmax(0,20rem)]">
      <div className="flex min-w-0 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <StatusBadge label={label} tone={tone} title={meaning} />
          <SignerName one={one} />
          {signer?.disabled && <StatusBadge label="disabled: counts 0" tone="gone" bare />}
        </p>
        <p className="flex flex-wrap items-center gap-x-3 text-muted text-xs">
          {fingerprint ? (
            <Fingerprint copy>{fingerprint}</Fingerprint>
          ) : (
            keyId && <span className="whitespace-nowrap">key {keyId}</span>
          )}
          {one.algorithm && <span className="whitespace-nowrap">{one.algorithm}</span>}
          {one.signedAt && (
            <span>
              signed <ExactMoment at={one.signedAt} />
            </span>
          )}
        </p>
        <p className="max-w-text wrap-anywhere">{visibleText(one.sentence)}</p>
        {notesOf(one).map((note) => (
          <p key={note} className="max-w-text wrap-anywhere text-attention">
            {visibleText(note)}
          </p>
        ))}
        <Disclosure summary="Signature" aside={copies === 0 ? 'from the signatures table' : undefined}>
          <Mono copy>{one.text}</Mono>
        </Disclosure>
      </div>
      {one.weights.length > 0 && (
        <dl className="flex min-w-0 flex-col gap-1">
          {one.weights.map((weight) => (
            <div key={weight.module}>
              <dt className="text-muted text-xs">
                Weight for <bdi>{visibleText(weight.module)}</bdi>
                {signer ? '' : `, of ${listed[0]?.name ? visibleText(listed[0].name) : 'who is listed'}`}
              </dt>
              <dd className="tabular-nums">{weightWords(weight)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  )
}

function SignerName({ one: { signer, listed, keyId } }: { one: CheckedSignature }) {
  const person = signer ?? listed[0]
  if (!person) return <span className="text-muted">{keyId ? `key ${keyId}` : 'no key named'}</span>
  return (
    <TextLink href={`/investigators/${person.id}`}>
      <bdi>{person.name === null ? `investigator ${person.id} (no row)` : visibleText(person.name)}</bdi>
    </TextLink>
  )
}

/** What is said beside the verdict: about the key, and about where the signature stands and where it does not. */
function notesOf({ notes, listed, copies, isRepeated }: CheckedSignature): string[] {
  return [
    ...notes,
    ...(isRepeated ? ['The same person has signed above: the ACL counts a person once.'] : []),
    ...(listed.length === 0 ? ['The signatures table does not name its signer.'] : []),
    ...(copies === 0 ? ['It is not in the action’s own list, so agents never saw it.'] : []),
    ...(copies > 1 ? [`It stands ${copies} times in the action’s own list.`] : []),
    ...(listed.length > 1 ? [`The signatures table names ${listed.length} people for it.`] : []),
  ]
}

function SpoolSays({ spool }: { spool: SignatureReport['spool'] }) {
  if (spool.state === 'none') return 'No full copy of this action lies there to compare with.'
  if (spool.state === 'away') return `Checked without it. ${spool.sentence}`
  const { state, name } = spool.file
  return (
    <>
      Compared with the copy{' '}
      <TextLink href={`/spool/action/${state}/file/${name}`}>
        action/{state}/{name}
      </TextLink>
    </>
  )
}
