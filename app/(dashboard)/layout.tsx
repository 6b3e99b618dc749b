import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { Frame } from '@/components/layout/frame'
import { themeFrom } from '@/components/layout/theme'
import { viewerZone } from '@/lib/viewer-zone'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const theme = themeFrom((await cookies()).get('theme')?.value)
  return (
    <Frame theme={theme} zone={await viewerZone()}>
      {children}
    </Frame>
  )
}
