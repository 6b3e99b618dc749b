import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import type { RanSql } from '@/lib/page'

/** The statements that ran for a page, with their values and moment, each to copy into psql. */
export function RanStatements({ ran }: { ran: RanSql[] }) {
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium text-sm">As it ran for this page</h3>
      {ran.map((one) => (
        <CodeBlock key={one.what} text={one.text} label={`the statement: ${one.what}`} wrap={false} />
      ))}
    </div>
  )
}

/** The same, closed until it is asked for; `of` names what it is behind where a page has several. */
export function RanDisclosure({ ran, of = 'this' }: { ran: RanSql[]; of?: string }) {
  return (
    <Disclosure summary={`SQL behind ${of}`} aside="as it ran, with its values">
      <div className="max-w-4xl">
        <RanStatements ran={ran} />
      </div>
    </Disclosure>
  )
}
