import { cookies } from 'next/headers'
import { type ReactNode, Suspense } from 'react'
import { Frame } from '@/components/layout/frame'
import { Person } from '@/components/layout/person'
import { themeFrom } from '@/components/layout/theme'
import { SearchButton } from '@/components/search/search-button'
import { Shortcuts } from '@/components/search/shortcuts'
import { signOut } from '@/lib/auth/server-actions'
import { currentViewer, type Viewer } from '@/lib/auth/viewer'
import { chooseClock, chooseConventions } from '@/lib/clock-actions'
import { askedConventions, PLAIN } from '@/lib/conventions'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { formatSample } from '@/lib/format'
import { viewerClock } from '@/lib/viewer-zone'
import { FleetCount } from './fleet-count'
import { SiteBanners } from './site-banners'

/** Streamed in: no page waits for them. */
function countsFor(viewer: Viewer) {
  const count = (of: 'offline' | 'doubles') => (
    <Suspense>
      <FleetCount viewer={viewer} of={of} />
    </Suspense>
  )
  return { offline: count('offline'), doubles: count('doubles') }
}

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const theme = themeFrom((await cookies()).get('theme')?.value)
  // Display only: every page and every query asks for the viewer itself.
  const viewer = await currentViewer().catch((error) => {
    if (isUnavailable(error) || isTimeout(error)) return 'away' as const
    throw error
  })
  // The page sends to the sign-in page; until it does, nothing is shown around it.
  if (viewer === null) return children
  const { own, inUtc } = await viewerClock()
  const { isPlain, own: conventions } = askedConventions()
  return (
    <Frame
      // Client parts are drawn anew when numbers are written otherwise.
      key={isPlain ? 'plain' : conventions.locale}
      theme={theme}
      zone={own}
      person={
        viewer !== 'away' && (
          <Person
            name={viewer.name}
            role={viewer.role}
            clock={{ own, inUtc, choose: chooseClock }}
            writing={{ own: formatSample(conventions), plain: formatSample(PLAIN), isPlain, choose: chooseConventions }}
            signOut={signOut}
          />
        )
      }
      search={
        viewer !== 'away' && (
          <>
            <SearchButton person={viewer.id ?? viewer.name} isAdmin={viewer.role === 'admin'} signOut={signOut} />
            <Shortcuts />
          </>
        )
      }
      banners={<SiteBanners />}
      counts={viewer === 'away' ? {} : countsFor(viewer)}
    >
      {children}
    </Frame>
  )
}
