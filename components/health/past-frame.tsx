import type { ReactNode } from 'react'
import { Content } from '../layout/content'
import { Live } from '../layout/live'
import { PageHeader } from '../layout/page-header'

const crumbs = [
  { label: 'Agents', href: '/agents' },
  { label: 'Health', href: '/agents/health' },
]

/** A page about the past below Health; `at` is the moment that it stands at, where it has one. */
export function PastFrame({ title, at, children }: { title: string; at?: string; children: ReactNode }) {
  return (
    <>
      <PageHeader crumbs={crumbs} title={title} live={at && <Live now={{ mig: at, fixed: true }} />} />
      <Content>{children}</Content>
    </>
  )
}
