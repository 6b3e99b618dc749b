import { Banner } from '@/components/layout/banner'
import { env } from '@/lib/env'
import { formatUtc } from '@/lib/format'
import { isDemo, readsFrom } from '@/lib/site'
import { standbySentence } from '@/lib/standby-words'

/** What is true of every page: demo data, a fixed moment, a standby that is not read from. A database that is away says so on the page itself. */
export async function SiteBanners() {
  const [demo, reads] = await Promise.all([isDemo().catch(() => false), readsFrom()])
  const { migNow } = env()
  const standby = reads && standbySentence(reads)
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
      {standby && (
        <Banner tone="attention" icon="info">
          {standby}
        </Banner>
      )}
    </>
  )
}
