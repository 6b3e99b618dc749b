import type { ReactNode } from 'react'
import { Card } from '../ui/card'
import { Disclosure } from '../ui/disclosure'

/** A chart with the question that it answers as its title, the answer in words, and its figures as a table. */
export function ChartFrame({
  question,
  answer,
  columns,
  rows,
  children,
}: {
  question: string
  answer: ReactNode
  columns: string[]
  rows: { key: string; cells: ReactNode[] }[]
  children: ReactNode
}) {
  return (
    <Card className="min-w-0">
      <figure className="flex flex-col gap-2">
        <figcaption>
          <h3 className="font-semibold text-base">{question}</h3>
          <p className="text-muted text-sm">{answer}</p>
        </figcaption>
        {children}
        <Disclosure summary="The figures as a table">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
          <div className="max-h-72 overflow-auto" tabIndex={0}>
            <table className="w-full border-collapse text-sm">
              <caption className="sr-only">{question}</caption>
              <thead className="sticky top-0 bg-surface text-muted text-xs">
                <tr>
                  {columns.map((column, index) => (
                    <th
                      key={column}
                      scope="col"
                      className={index === 0 ? 'py-1 pr-4 text-left font-medium' : 'px-2 py-1 text-right font-medium'}
                    >
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.key} className="border-line border-t">
                    {row.cells.map((cell, index) =>
                      index === 0 ? (
                        <th key={columns[index]} scope="row" className="py-1 pr-4 text-left font-normal">
                          {cell}
                        </th>
                      ) : (
                        <td key={columns[index]} className="px-2 py-1 text-right tabular-nums">
                          {cell}
                        </td>
                      ),
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Disclosure>
      </figure>
    </Card>
  )
}
