import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { Frame } from '@/components/layout/frame'
import { Person } from '@/components/layout/person'
import { themeFrom } from '@/components/layout/theme'
import { requireViewer } from '@/lib/auth/viewer'
import { viewerZone } from '@/lib/viewer-zone'
import { SiteBanners } from './site-banners'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const theme = themeFrom((await cookies()).get('theme')?.value)
  // Display only: every page and every query asks for the viewer itself.
  const viewer = await requireViewer().catch(() => null)
  return (
    <Frame
      theme={theme}
      zone={await viewerZone()}
      person={viewer && <Person name={viewer.name} role={viewer.role} />}
      banners={<SiteBanners />}
    >
      {children}
    </Frame>
  )
}
