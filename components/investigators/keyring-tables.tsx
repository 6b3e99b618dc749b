import type { ReactNode } from 'react'
import { Section } from '@/components/layout/section'
import { Fingerprint } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { KeyringPlan } from '@/lib/mig/investigators/keyring'

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
    <PlainTable caption={caption} headers={['Investigator', last, 'Fingerprint']} rows="[&_td]:h-row [&_td]:py-1">
      {rows.map((row) => (
        <tr key={row.id}>
          <th scope="row" className="h-row max-w-[18rem] truncate border-line border-t px-3 text-left font-normal">
            <TextLink href={`/investigators/${row.id}`}>
              <bdi>{visibleText(row.name)}</bdi>
            </TextLink>
          </th>
          <td className="min-w-[13rem]">{row.cell}</td>
          <td className="whitespace-nowrap text-xs">
            {row.fingerprint ? <Fingerprint>{row.fingerprint.toUpperCase()}</Fingerprint> : <Unknown why="None" />}
          </td>
        </tr>
      ))}
    </PlainTable>
  )
}
