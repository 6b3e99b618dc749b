'use client'

import { type Conventions, writeThisPageIn } from '@/lib/conventions'

/** Tells lib/format in the browser how the viewer writes. It stands before all else: what is drawn after it is written so. */
export function WriteIn({ conventions }: { conventions: Conventions }) {
  writeThisPageIn(conventions)
  return null
}
