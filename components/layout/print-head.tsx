import { headers } from 'next/headers'
import { siteOrigin } from '@/lib/auth/request'
import { currentViewer } from '@/lib/auth/viewer'
import { formatInZone } from '@/lib/format'
import { now } from '@/lib/now'
import { viewerZone } from '@/lib/viewer-zone'
import { visibleText } from '../ui/visible-text'

// How a list is shown, and not what of it.
const LOOK = new Set(['sort', 'size', 'columns', 'after', 'before', 'view'])

/** On paper alone, above the page: as of when it is, who prints it, its filters and its address. Drawn by print.css. */
export async function PrintHead() {
  const [viewer, moment, zone, given] = await Promise.all([
    currentViewer(),
    now().catch(() => null),
    viewerZone(),
    headers(),
  ])
  const path = given.get('x-mig-path') ?? ''
  const origin = siteOrigin({ host: given.get('host') ?? '' })
  const { searchParams } = new URL(path, 'http://page')
  const filters = [...searchParams].filter(([name, value]) => !LOOK.has(name) && value !== '')
  const lines = [
    `MIG dashboard${moment ? `, as of ${formatInZone(moment.mig, zone)}${moment.fixed ? ', a fixed moment' : ''}` : ''}`,
    viewer && `Printed by ${visibleText(viewer.name)}, ${viewer.role}`,
    filters.length > 0 &&
      `Filters: ${filters.map(([name, value]) => `${visibleText(name)} ${visibleText(value)}`).join('; ')}`,
    `${origin}${path}`,
  ]
  return <div className="print-head" data-lines={lines.filter(Boolean).join('\n')} />
}
