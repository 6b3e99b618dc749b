import type { Metadata } from 'next'
import { NotFoundPanel } from '@/components/feedback/panels'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center p-6">
      <h1 className="sr-only">Not found</h1>
      <NotFoundPanel />
    </main>
  )
}
