import { Banner } from '@/components/layout/banner'
import { env } from '@/lib/env'
import { formatAge, formatUtc } from '@/lib/format'
import { isDemo, readsFrom } from '@/lib/site'

type Reads = NonNullable<Awaited<ReturnType<typeof readsFrom>>>

// Less than this is what people take for now.
const WORTH_SAYING_MS = 10_000

function standbySentence({ problem, behindMs }: Reads): string | null {
  const lag = formatAge(behindMs)
  if (problem === 'away') return 'The standby does not answer: pages and exports are read from the primary.'
  if (problem === 'primary') return 'DATABASE_READ_URL names no standby: pages and exports are read from the primary.'
  if (problem === 'behind') return `The standby is ${lag} behind: pages and exports are read from the primary.`
  return behindMs < WORTH_SAYING_MS ? null : `The standby is ${lag} behind: what changed since is not shown yet.`
}

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
