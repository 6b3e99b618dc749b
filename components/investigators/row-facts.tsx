import { ExactMoment } from '@/components/feedback/moment'
import { StatusBadge } from '@/components/ui/badge'
import { KeyValue, type KeyValueItem } from '@/components/ui/key-value'
import { Fingerprint, Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import type { InvestigatorDetail, Later } from '@/lib/mig/investigators/queries'
import { readPermissions } from '@/lib/mig/wire/permissions'
import { investigatorStatus } from '@/lib/mig/wire/status'

/** What the investigator's row in the database says. */
export function RowFacts({ investigator }: { investigator: InvestigatorDetail }) {
  const { id, fingerprint, later } = investigator
  const items: KeyValueItem[] = [
    { key: 'id', label: 'Id', value: <Mono copy>{id}</Mono> },
    {
      key: 'fingerprint',
      label: 'Fingerprint',
      value: fingerprint ? (
        <Fingerprint copy>{fingerprint}</Fingerprint>
      ) : (
        <Unknown why="No fingerprint is stored: MIG cannot find this investigator by a signature" />
      ),
    },
    ...(later ? laterItems(later) : []),
  ]
  return <KeyValue items={items} />
}

function laterItems(later: Later): KeyValueItem[] {
  return [
    { key: 'status', label: 'Status', value: <StatusBadge {...investigatorStatus(later.status)} bare /> },
    { key: 'createdat', label: 'Row made', value: <ExactMoment at={later.createdat} none="not told" /> },
    { key: 'lastmodified', label: 'Last changed', value: <ExactMoment at={later.lastmodified} none="not told" /> },
    { key: 'permissions', label: "In MIG's API may", value: <PermissionNames mask={later.permissions} /> },
  ]
}

/** What a permission mask allows, in MIG's own words. */
export function PermissionNames({ mask }: { mask: string | null }) {
  if (mask === null) return <Unknown why="No permissions are stored" />
  const { allowed, unknownBits } = readPermissions(mask)
  return (
    <>
      {allowed.join(', ') || 'nothing'}
      {unknownBits.length > 0 && `, and bits without a name: ${unknownBits.join(', ')}`}
      <span className="block text-faint text-xs">mask {mask}</span>
    </>
  )
}
