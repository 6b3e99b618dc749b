import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { Disclosure } from '../ui/disclosure'
import { PointTable } from './point-table'
import type { ChartProps } from './series'

/** A chart with the question that it answers as its title, the answer in words, and its figures as a table. */
export function ChartFrame({
  answer,
  axis,
  note,
  action,
  tools,
  children,
  ...chart
}: ChartProps & {
  answer: ReactNode
  /** What the points are: the head of the table's first column. */
  axis: string
  /** What a reader must know of the figures. */
  note?: ReactNode
  /** A choice beside the title. */
  action?: ReactNode
  /** Links beside the table: the download, the statement. */
  tools?: ReactNode
  children: ReactNode
}) {
  return (
    <Card className="min-w-0">
      <figure className="flex h-full flex-col gap-2">
        <figcaption className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
          <div className="min-w-0">
            <h3 className="font-semibold text-base">{chart.question}</h3>
            <p className="text-muted text-sm wrap-anywhere">{answer}</p>
          </div>
          {action}
        </figcaption>
        {children}
        {note && <p className="text-faint text-xs">{note}</p>}
        <div className="mt-auto flex flex-wrap items-start gap-x-4">
          <Disclosure summary="The figures as a table" className="min-w-0 open:basis-full">
            <PointTable {...chart} axis={axis} />
          </Disclosure>
          {tools && <div className="flex min-h-8 items-center gap-x-4 text-sm">{tools}</div>}
        </div>
      </figure>
    </Card>
  )
}
