'use client'

import { usePathname } from 'next/navigation'
import { ErrorPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { PageHeader } from '@/components/layout/page-header'
import { Button, LinkButton } from '@/components/ui/button'
import { isViewList } from '@/lib/views/lists'

export default function DashboardError({ error, retry }: { error: unknown; retry: () => void }) {
  const pathname = usePathname()
  const code =
    error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : undefined
  return (
    <>
      <PageHeader title="Something failed" />
      <Content>
        <ErrorPanel
          code={code}
          action={
            <>
              <Button icon="refresh" onClick={() => retry()}>
                Try again
              </Button>
              {isViewList(pathname) && <LinkButton href={`${pathname}?view=all`}>Clear all filters</LinkButton>}
            </>
          }
        />
      </Content>
    </>
  )
}
