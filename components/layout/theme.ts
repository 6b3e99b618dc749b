export type Theme = 'system' | 'light' | 'dark'

/** The theme that a cookie's value names; anything else is the system's. */
export function themeFrom(value: string | undefined): Theme {
  return value === 'light' || value === 'dark' ? value : 'system'
}
