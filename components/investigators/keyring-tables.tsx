import type { ReactNode } from 'react'
import { Section } from '@/components/layout/section'
import { Fingerprint } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { KeyringPlan } from '@/lib/mig/investigators/keyring'

const HEAD = 'h-row whitespace-nowrap px-3 text-left font-medium text-muted text-xs'

/** Who is in a keyring, and who is left out and why. */
export function KeyringTables({ members, leftOut }: KeyringPlan) {
  return (
    <>
      {members.length > 0 && (
        <Section title="In the keyring">
          <Rows
            caption="In the keyring"
            last="Algorithm"
            rows={members.map((member) => ({
              ...member,
              cell: member.expiring ? `${member.algorithm}, expires within 30 days` : member.algorithm,
            }))}
          />
        </Section>
      )}
      {leftOut.length > 0 && (
        <Section title="Left out">
          <Rows caption="Left out" last="Why" rows={leftOut.map((one) => ({ ...one, cell: one.why }))} />
        </Section>
      )}
    </>
  )
}

type Row = { id: string; name: string; fingerprint: string | null; cell: ReactNode }

function Rows({ caption, last, rows }: { caption: string; last: string; rows: readonly Row[] }) {
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {['Investigator', 'Fingerprint', last].map((header) => (
              <th key={header} scope="col" className={HEAD}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_td]:h-row [&_td]:border-line [&_td]:border-t [&_td]:px-3 [&_td]:py-1">
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row" className="h-row max-w-[18rem] truncate border-line border-t px-3 text-left font-normal">
                <TextLink href={`/investigators/${row.id}`}>
                  <bdi>{visibleText(row.name)}</bdi>
                </TextLink>
              </th>
              <td className="whitespace-nowrap text-xs">
                {row.fingerprint ? <Fingerprint>{row.fingerprint.toUpperCase()}</Fingerprint> : <Unknown why="None" />}
              </td>
              <td className="min-w-[16rem]">{row.cell}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
