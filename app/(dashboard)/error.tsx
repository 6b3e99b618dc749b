'use client'

import { ErrorPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { PageHeader } from '@/components/layout/page-header'
import { Button } from '@/components/ui/button'

export default function DashboardError({ error, retry }: { error: unknown; retry: () => void }) {
  const code =
    error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : undefined
  return (
    <>
      <PageHeader title="Something failed" />
      <Content>
        <ErrorPanel
          code={code}
          action={
            <Button icon="refresh" onClick={() => retry()}>
              Try again
            </Button>
          }
        />
      </Content>
    </>
  )
}
