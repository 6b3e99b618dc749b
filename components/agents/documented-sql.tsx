import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'

/** The documented statement of a page, to copy into psql, and what differs when the page asks something else. */
export function DocumentedSql({ statement, differences }: { statement: string; differences: string[] }) {
  return (
    <Disclosure summary="SQL behind this" aside="as MIG documents it">
      <div className="flex max-w-3xl flex-col gap-2">
        <CodeBlock text={statement} label="the documented statement" wrap={false} />
        {differences.length ? (
          <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-muted">
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
    </Disclosure>
  )
}
