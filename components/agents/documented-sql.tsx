import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import type { RanSql } from '@/lib/page'
import { RanStatements } from './ran-sql'

/** The documented statement of a page beside the ones that ran, to copy into psql, and what differs when the page asks something else. */
export function DocumentedSql({
  statement,
  differences,
  ran,
}: {
  statement: string
  differences: string[]
  ran: RanSql[]
}) {
  return (
    <Disclosure summary="SQL behind this" aside="as MIG documents it, and as it ran">
      <div className="grid max-w-6xl gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-2">
          <h3 className="font-medium text-sm">As MIG documents it</h3>
          <CodeBlock text={statement} label="the documented statement" wrap={false} />
          {differences.length ? (
            <ul className="flex list-disc flex-col gap-1 pl-5 text-muted text-sm">
              {differences.map((difference) => (
                <li key={difference}>{difference}</li>
              ))}
            </ul>
          ) : (
            <p className="text-muted text-sm">
              This page gives the same rows in the same order, from one pass over the newest rows instead of the whole
              table.
            </p>
          )}
        </div>
        <RanStatements ran={ran} />
      </div>
    </Disclosure>
  )
}
