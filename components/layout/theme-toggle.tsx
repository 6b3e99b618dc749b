'use client'

import { useState } from 'react'
import { IconButton, type IconName } from '../ui/icon-button'
import type { Theme } from './theme'

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const ICON: Record<Theme, IconName> = { system: 'system', light: 'sun', dark: 'moon' }

function dress(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
}

/** Goes round system, light, dark. Kept in a cookie, so that the server draws the right one from the start. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  return (
    <IconButton
      data-theme-toggle
      icon={ICON[theme]}
      label={`Theme: ${theme}. Change to ${NEXT[theme]}`}
      className="noscript:hidden"
      onClick={() => {
        const next = NEXT[theme]
        setTheme(next)
        // The button answers first: all of a long page in other colours takes longer than a frame.
        requestAnimationFrame(() => setTimeout(() => dress(next)))
        // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store is not in every browser
        document.cookie =
          next === 'system'
            ? 'theme=; Path=/; Max-Age=0; SameSite=Lax'
            : `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`
      }}
    />
  )
}
