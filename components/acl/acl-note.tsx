import { TextLink } from '@/components/ui/text-link'
import { AGENTS_FOLLOW } from '@/lib/mig/acl/batch-words'

/** Said on every page about the ACL tables (mig-domain 0.6). */
export function AclNote() {
  return (
    <p className="max-w-text text-muted">
      {AGENTS_FOLLOW} They hold what is wanted: bring a change to the agents with{' '}
      <TextLink href="/acl/files">their files</TextLink>.
    </p>
  )
}
