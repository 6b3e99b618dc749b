import type { ComponentProps } from 'react'
import { AclConsequences } from '@/components/acl/acl-consequences'
import { Section } from '@/components/layout/section'
import { StatusBadge } from '@/components/ui/badge'
import type { Tone } from '@/components/ui/tone'
import { KEY_HINDRANCE_WORDS } from '@/lib/auth/key-hindrance'
import type { PersonFacts } from '@/lib/auth/people-queries'
import type { Role, RoleReason } from '@/lib/auth/rules'
import { PersonForm } from './person-form'

const ROLE: Record<Role, { label: string; tone: Tone }> = {
  admin: { label: 'admin: may write', tone: 'good' },
  investigator: { label: 'investigator: may read', tone: 'neutral' },
  none: { label: 'none: may not sign in', tone: 'gone' },
}

const WHY: Record<RoleReason, string> = {
  disabled: 'disabled in the dashboard',
  scheduler: 'the scheduler’s own row, with which nobody signs in',
  status: 'MIG’s own status is not active',
  granted: 'granted in the dashboard',
  permissions: 'MIG’s permissions lack what reading needs: search, action, command, agent, dashboard',
  default: 'the default, as nothing else was granted',
}

/** For admins: which role counts and why, and the forms that change it. `later`: MIG's layout of 2019. */
export function RolePanel({
  person,
  later,
  acl,
}: {
  person: PersonFacts
  later: boolean
  acl: ComponentProps<typeof AclConsequences>['answer']
}) {
  const { id, fingerprint, role, why, granted, hindrance } = person
  const isDisabled = person.disabled || (later && person.status !== 'active')
  return (
    <Section title="Role in the dashboard" id="role">
      <div className="flex flex-col gap-1 text-sm">
        <StatusBadge {...ROLE[role]} bare />
        <p className="text-muted">Why: {WHY[why]}.</p>
        {hindrance && role !== 'none' && (
          <p className="text-muted">Cannot sign in all the same: {KEY_HINDRANCE_WORDS[hindrance]}.</p>
        )}
      </div>
      {why !== 'scheduler' && (
        <>
          {!isDisabled && (
            <p className="max-w-text text-sm">
              Before disabling: <AclConsequences id={id} answer={acl} />
            </p>
          )}
          <PersonForm id={id} fingerprint={fingerprint} granted={granted} isDisabled={isDisabled} />
          <p className="max-w-text text-muted text-xs">
            {later
              ? 'Disabling sets MIG’s own status to disabled, which counts for MIG’s API as well: it takes the key out of its keyring. Agents are not told: they accept the key as long as their own key and ACL files hold it.'
              : 'Disabling counts for the dashboard only: the keyring of MIG’s API and the agents’ own files still hold the key, and accept what it signs until it is removed there.'}
          </p>
        </>
      )}
    </Section>
  )
}
