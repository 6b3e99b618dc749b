import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies } from 'next/headers'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { themeFrom } from '@/components/layout/theme'
import { WriteIn } from '@/components/layout/write-in'
import { IconSprite } from '@/components/ui/icon'
import { cn } from '@/lib/cn'
import { conventions } from '@/lib/conventions'
import './globals.css'
import './print.css'

const inter = localFont({
  src: '../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  weight: '100 900',
  variable: '--font-inter',
})
const interExt = localFont({
  src: '../node_modules/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
  weight: '100 900',
  variable: '--font-inter-ext',
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      value:
        'U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF',
    },
  ],
})
const jetbrains = localFont({
  src: '../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
  weight: '100 800',
  variable: '--font-jetbrains',
})

export const metadata: Metadata = {
  title: { default: 'MIG dashboard', template: '%s · MIG dashboard' },
  description: 'Actions, agents, access rules, investigators and spool of a MIG.',
  robots: { index: false, follow: false },
  referrer: 'same-origin',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is made per request: a prerendered one would carry scripts without the nonce.
  await connection()
  const theme = themeFrom((await cookies()).get('theme')?.value)
  return (
    <html
      lang="en"
      data-theme={theme === 'system' ? undefined : theme}
      className={cn(inter.variable, interExt.variable, jetbrains.variable)}
      suppressHydrationWarning
    >
      <body>
        <IconSprite />
        <WriteIn conventions={conventions()} />
        {children}
      </body>
    </html>
  )
}
