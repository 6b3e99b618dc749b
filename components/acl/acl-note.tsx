import { TextLink } from '@/components/ui/text-link'

/** Said on every page about the ACL tables (mig-domain 0.6). */
export function AclNote() {
  return (
    <p className="max-w-text text-muted">
      Agents follow their own ACL file; no code of MIG reads these tables. They hold what is wanted: bring a change to
      the agents with <TextLink href="/acl/files">their files</TextLink>.
    </p>
  )
}
