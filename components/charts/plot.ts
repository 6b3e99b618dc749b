import type { CSSProperties } from 'react'
import type { ChartKind } from './series'

const AXIS = 26
const ROW = 24

/** The plot within its box, in pixels: the drawing and the cursor over it share these. */
export const PLOT = {
  left: (kind: ChartKind) => (kind === 'rows' ? 148 : 40),
  right: 8,
  top: 8,
  axis: AXIS,
  height: (kind: ChartKind, points: number, tall = false) =>
    kind === 'rows' ? Math.max(1, points) * ROW + 8 + AXIS : tall ? 240 : 200,
} as const

/** Points stand at the ends of the axis in areas and lines, and in the middle of their band among bars. */
const isBanded = (kind: ChartKind) => kind === 'bar' || kind === 'rows'

/** The point that the mouse is at, or null outside of the plot. */
export function pointUnder(
  kind: ChartKind,
  points: number,
  box: { left: number; top: number; width: number; height: number },
  mouse: { clientX: number; clientY: number },
): number | null {
  if (points === 0) return null
  const left = PLOT.left(kind)
  const share =
    kind === 'rows'
      ? (mouse.clientY - box.top - PLOT.top) / (box.height - PLOT.top - PLOT.axis)
      : (mouse.clientX - box.left - left) / (box.width - left - PLOT.right)
  const place = isBanded(kind) ? Math.floor(share * points) : Math.round(share * (points - 1))
  return place < 0 || place >= points || (kind === 'rows' && share > 1) ? null : place
}

/** Where the cursor at a point stands: the band behind it, the line over it, and its values beside it. */
export function placeOf(
  kind: ChartKind,
  point: number,
  points: number,
): Record<'band' | 'line' | 'values', CSSProperties> {
  const left = PLOT.left(kind)
  const none = { display: 'none' }
  if (kind === 'rows') {
    const top = PLOT.top + point * ROW
    const values = { top: top + ROW, right: PLOT.right }
    return { band: { left: 0, right: PLOT.right, top, height: ROW }, line: none, values }
  }
  const width = `(100% - ${left + PLOT.right}px)`
  const share = isBanded(kind) ? (point + 0.5) / points : points > 1 ? point / (points - 1) : 0.5
  const at = `${left}px + ${width} * ${share}`
  const upright = { top: PLOT.top, bottom: PLOT.axis }
  const values = share > 0.5 ? { right: `calc(100% - (${at}) + 12px)` } : { left: `calc(${at} + 12px)` }
  const band = {
    ...upright,
    left: `calc(${left}px + ${width} * ${point / points})`,
    width: `calc(${width} / ${points})`,
  }
  return {
    band: isBanded(kind) ? band : none,
    line: isBanded(kind) ? none : { ...upright, left: `calc(${at})`, width: 1 },
    values: { ...values, top: PLOT.top },
  }
}
