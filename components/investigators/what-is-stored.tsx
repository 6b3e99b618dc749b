import { Section } from '@/components/layout/section'
import { DEFAULT_PERMISSIONS, readPermissions } from '@/lib/mig/wire/permissions'

/** What adding an investigator writes into this database, and what it does not do. */
export function WhatIsStored({
  stores,
  withKey,
}: {
  stores: { status: boolean; permissions: boolean }
  withKey: boolean
}) {
  return (
    <>
      <Section title="What is stored">
        <ul className="flex max-w-text list-disc flex-col gap-1.5 pl-4 text-muted text-sm">
          <li>
            {withKey
              ? 'Name, fingerprint (computed, 40 hexadecimal digits) and the armored public key with what its owner signed, under an id never given before.'
              : 'Name and fingerprint, as MIG’s documentation does it, under an id never given before. Signatures of this person cannot be checked here until the key is stored as well: add the key later, and it goes into this row.'}
          </li>
          {stores.status && <li>Status active; made and last changed: now, by the database's clock.</li>}
          {stores.permissions && (
            <li>
              Permissions {DEFAULT_PERMISSIONS}, MIG's default: in MIG's API the person may use{' '}
              {readPermissions(DEFAULT_PERMISSIONS).allowed.join(', ')}; no loaders, no manifests, and nothing about
              investigators.
            </li>
          )}
          <li>A row in the audit, in the same transaction.</li>
        </ul>
      </Section>
      <Section title="What it does not do">
        <p className="max-w-text text-muted text-sm">
          {stores.status
            ? "MIG's API and scheduler read active keys from this table, so the person can sign in there. "
            : "MIG's API and scheduler check signatures against a keyring file of their own: put the key there as well. "}
          Agents accept the person only when their own key and ACL files say so. Weights start empty: no weight, nothing
          may be run.
        </p>
      </Section>
    </>
  )
}
