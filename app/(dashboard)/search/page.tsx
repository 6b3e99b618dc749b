import { Notice } from '@/components/feedback/notice'
import { Content } from '@/components/layout/content'
import { dataPage, type PageProps } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { SearchForm } from '@/components/search/search-form'
import { SearchResults } from '@/components/search/search-results'
import { requireViewer } from '@/lib/auth/viewer'
import { MAX_SEARCH, searchEverywhere } from '@/lib/mig/search/queries'

export const metadata = { title: 'Search' }

export default dataPage(async ({ searchParams }: PageProps) => {
  const viewer = await requireViewer()
  const given = (await searchParams).q
  const q = ((Array.isArray(given) ? given[0] : given) ?? '').trim()
  const isTooLong = q.length > MAX_SEARCH
  const found = q && !isTooLong ? await searchEverywhere(viewer, q) : []
  return (
    <>
      <PageHeader title="Search" />
      <Content>
        <SearchForm asked={q.slice(0, MAX_SEARCH)} longest={MAX_SEARCH} />
        {isTooLong ? (
          <Notice tone="attention">A search takes at most {MAX_SEARCH} characters.</Notice>
        ) : (
          <SearchResults asked={q} found={found} isAdmin={viewer.role === 'admin'} />
        )}
      </Content>
    </>
  )
})
