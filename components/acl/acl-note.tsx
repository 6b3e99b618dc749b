import { TextLink } from '@/components/ui/text-link'
import { AGENTS_FOLLOW } from '@/lib/mig/acl/batch-words'

/** Said on every page about the ACL tables (mig-domain 0.6); `isAtFiles` where the files are what the page shows. */
export function AclNote({ isAtFiles = false }: { isAtFiles?: boolean }) {
  return (
    <p className="max-w-text text-muted">
      {AGENTS_FOLLOW} They hold what is wanted: bring a change to the agents with{' '}
      {isAtFiles ? 'these files' : <TextLink href="/acl/files">their files</TextLink>}.
    </p>
  )
}
