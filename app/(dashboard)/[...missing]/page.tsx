import { notFound } from 'next/navigation'
import { dataPage } from '@/components/layout/data-page'
import { requireViewer } from '@/lib/auth/viewer'

/** Addresses that lead nowhere get their answer inside the frame, with the way to everything else beside it. */
export default dataPage(async () => {
  await requireViewer()
  notFound()
})
