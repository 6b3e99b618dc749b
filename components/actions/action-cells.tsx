import { use } from 'react'
import { Badge, StatusBadge } from '@/components/ui/badge'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import { formatDuration, formatExact, formatNumber, formatRelative, formatShort, instantMillis } from '@/lib/format'
import { LISTED_ATTENTION } from '@/lib/mig/actions/list-attention'
import type { ActionRow } from '@/lib/mig/actions/queries'
import { actionStatus } from '@/lib/mig/wire/status'
import { viewerZone } from '@/lib/viewer-zone'

/** The status, and beside it why somebody should look. */
export function ActionStatusCell({ action }: { action: ActionRow }) {
  const attention = action.attention && LISTED_ATTENTION[action.attention]
  const isSaid = action.attention === 'invalid'
  return (
    <span className="inline-flex items-center gap-3">
      <StatusBadge {...actionStatus(action.status)} title={isSaid ? attention?.sentence : undefined} bare />
      {attention && !isSaid && (
        <StatusBadge label={attention.label} tone={attention.tone} title={attention.sentence} bare />
      )}
    </span>
  )
}

/** How many agents found something; a link to them when there are any. */
export function FoundCell({ action: { id, summary }, now }: { action: ActionRow; now: string }) {
  if (!summary) return <span className="text-faint">not counted yet</span>
  const counted = `counted ${formatRelative(summary.countedAt, now)}`
  if (summary.commands === 0) return <Unknown why="No command, so nothing could be found" />
  if (summary.found === 0)
    return (
      <span className="text-muted" title={counted}>
        0
      </span>
    )
  return (
    <TextLink href={`/actions/${id}/commands?found=1`} title={counted} className="font-medium">
      {formatNumber(summary.found)}
    </TextLink>
  )
}

/** From when and for how long agents run the action; expired and future ones are greyed. */
export function ValidWindow({ action: { validfrom, expireafter }, now }: { action: ActionRow; now: string }) {
  const zone = use(viewerZone())
  if (validfrom === null && expireafter === null) return <span className="text-faint">without limits</span>
  const from = validfrom && instantMillis(validfrom)
  const until = expireafter && instantMillis(expireafter)
  const span = from && until ? formatDuration(until - from) : null
  const exact = [
    `from ${validfrom ? formatExact(validfrom, zone) : 'any time'}`,
    `to ${expireafter ? formatExact(expireafter, zone) : 'any time'}`,
  ].join('\n')
  return (
    <span title={exact} className="whitespace-nowrap">
      {validfrom ? formatShort(validfrom, { now, zone }) : 'any time'}
      <span className="text-muted">
        {span === null
          ? expireafter
            ? ` to ${formatShort(expireafter, { now, zone })}`
            : ', for ever'
          : ` for ${span}`}
      </span>
    </span>
  )
}

/** How long it took, or has been running. */
export function DurationCell({ action: { starttime, finishtime, status }, now }: { action: ActionRow; now: string }) {
  const from = starttime && instantMillis(starttime)
  const to = finishtime && instantMillis(finishtime)
  if (from && to) return formatDuration(to - from)
  const at = instantMillis(now)
  if (from && at && at > from && (status === 'inflight' || status === 'preparing'))
    return <span className="text-muted">{formatDuration(at - from)} so far</span>
  return <Unknown why={from ? 'It has no moment of finishing' : 'It has not started'} />
}

/** Who signed, by the signatures table. */
export function SignersCell({ signers }: { signers: ActionRow['signers'] }) {
  if (signers.length === 0) return <Unknown why="No row in the signatures table" />
  return signers.map((signer, i) => (
    <span key={signer.id}>
      {i > 0 && ', '}
      <TextLink href={`/investigators/${signer.id}`}>
        <bdi>{visibleText(signer.name)}</bdi>
      </TextLink>
    </span>
  ))
}

/** Level and family; a threat that is not what MIG writes is shown as it is stored. */
export function ThreatCell({ action: { threat, oddThreat } }: { action: ActionRow }) {
  if (oddThreat !== null)
    return (
      <span title="The threat does not have MIG’s shape">
        <Mono className="text-muted">{oddThreat.slice(0, 80)}</Mono>
      </span>
    )
  const words = [threat.level, threat.family].filter(Boolean).map((word) => visibleText(word ?? ''))
  if (words.length === 0) return <Unknown why="The action names none" />
  return <bdi>{words.join(' · ')}</bdi>
}

/** The target; one of an old syntax version is marked, since it means something else. */
export function TargetCell({ action: { target, syntaxversion } }: { action: ActionRow }) {
  return (
    <span className="flex max-w-80 items-center gap-1.5" title={visibleText(target)}>
      {syntaxversion !== 2 && (
        <Badge
          title={
            syntaxversion === 1
              ? 'Syntax version 1: a part of a name, queue, system or version'
              : `Syntax version ${syntaxversion ?? 'not stored'}`
          }
        >
          {syntaxversion === null ? 'v?' : `v${syntaxversion}`}
        </Badge>
      )}
      <span className="truncate">
        <Mono className="break-normal">{target}</Mono>
      </span>
    </span>
  )
}

/** The modules of the operations, each a link to its actions. */
export function ModulesCell({ modules }: { modules: string[] | null }) {
  if (modules === null) return <span className="text-faint">not read yet</span>
  if (modules.length === 0) return <Unknown why="The operations name no module" />
  return modules.map((name, i) => (
    <span key={name}>
      {i > 0 && ', '}
      <TextLink href={`/actions?module=${encodeURIComponent(name)}`}>
        <bdi>{visibleText(name)}</bdi>
      </TextLink>
    </span>
  ))
}
