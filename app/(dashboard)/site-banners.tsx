import { Banner } from '@/components/layout/banner'
import { env } from '@/lib/env'
import { formatUtc } from '@/lib/format'
import { isDemo } from '@/lib/site'

/** What is true of every page: demo data, a fixed moment. A database that is away says so on the page itself. */
export async function SiteBanners() {
  const demo = await isDemo().catch(() => false)
  const { migNow } = env()
  return (
    <>
      {demo && (
        <Banner tone="waiting" icon="info">
          Demo data: this fleet is made up, in a database of its own. Set DATABASE_URL to look at a real MIG.
        </Banner>
      )}
      {migNow && (
        <Banner tone="attention" icon="clock">
          Fixed moment: &ldquo;now&rdquo; is {formatUtc(migNow)} on every page, as MIG_NOW says.
        </Banner>
      )}
    </>
  )
}
