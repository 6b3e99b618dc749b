import { formatInZone } from '@/lib/format'
import type { Point, TimeAxis } from './series'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What the axis shows at a point: its label, or its moment as short as the axis says. */
export function tickOf(point: Point | undefined, time: TimeAxis | undefined): string {
  if (!point) return ''
  if (!time) return point.label ?? point.key
  const [date = '', clock = ''] = formatInZone(point.key, time.zone).split(' ')
  const day = `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1] ?? ''}`
  if (time.show === 'day') return day
  return time.show === 'clock' ? clock.slice(0, 5) : `${day} ${clock.slice(0, 5)}`
}

/** The point's full name: its label, or its moment in the reader's zone. */
export function nameOf(point: Point, time: TimeAxis | undefined): string {
  return time ? formatInZone(point.key, time.zone) : (point.label ?? point.key)
}
