import type { Metadata } from 'next'
import { NotFoundPanel } from '@/components/feedback/panels'
import { Content } from '@/components/layout/content'
import { PageHeader } from '@/components/layout/page-header'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <Content>
        <NotFoundPanel />
      </Content>
    </>
  )
}
