import { Notice } from '@/components/feedback/notice'
import { EmptyState } from '@/components/feedback/panels'
import { LinkButton } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'

/** Why there is no list by ACL yet: two modules share a name, or the first pass over the endpoints is under way. */
export function NoPass({ twins, href }: { twins: string | null; href: string }) {
  if (twins)
    return (
      <Notice tone="attention" title="No file can be made">
        {twins} <TextLink href="/acl/modules">The modules</TextLink>
      </Notice>
    )
  return (
    <EmptyState
      title="The endpoints’ ACLs are being compared for the first time"
      icon="clock"
      action={
        <LinkButton href={href} icon="refresh">
          Look again
        </LinkButton>
      }
    >
      On a large fleet this takes some seconds. An endpoint’s own file is there already, on its page.
    </EmptyState>
  )
}
