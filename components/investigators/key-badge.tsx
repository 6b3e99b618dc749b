import { StatusBadge } from '@/components/ui/badge'
import type { IconName } from '@/components/ui/icon'
import { DISABLED_MEANING, KEY_STATE_MEANING, type KeyState } from '@/lib/mig/investigators/key-state'

const ICONS: Partial<Record<KeyState, IconName>> = {
  revoked: 'revoked',
  'no-key': 'circle-minus',
  expiring: 'hourglass',
  unusable: 'agent',
}

/** The state of an investigator's key, its meaning on hover. */
export function KeyBadge({ state, bare }: { state: KeyState; bare?: boolean }) {
  const { label, tone, meaning } = KEY_STATE_MEANING[state]
  return <StatusBadge label={label} tone={tone} icon={ICONS[state]} title={meaning} bare={bare} />
}

/** Beside the key of a disabled person. */
export function DisabledBadge({ bare }: { bare?: boolean }) {
  const { label, tone, meaning } = DISABLED_MEANING
  return <StatusBadge label={label} tone={tone} title={meaning} bare={bare} />
}
