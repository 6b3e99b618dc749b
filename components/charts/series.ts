import type { Tone } from '../ui/tone'

export type Series = { key: string; label: string; tone: Tone }

/** One place on the axis; a value of null is a gap, never 0. `label` is what the axis and the cursor show. */
export type Point = { label: string; values: Record<string, number | null>; href?: string }

export type ChartProps = { question: string; series: Series[]; points: Point[] }
