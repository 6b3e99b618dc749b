import type { ReactNode } from 'react'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { AuditRow } from '@/lib/audit/queries'

/** The kinds of objects in words. */
export const OBJECT_TYPES: Readonly<Record<string, string>> = {
  agtmodreq: 'minimum weight',
  invagtmodperm: 'weight',
  acl_batch: 'ACL batch',
  investigator: 'investigator',
  module: 'module',
  session: 'session',
  token: 'token',
  list: 'list',
  'spool file': 'spool file',
  keyring: 'keyring',
  audit: 'audit rows up to',
}

const link = (path: string, id: string | undefined, name: string | null): ReactNode =>
  id !== undefined && /^\d{1,20}$/.test(id) ? (
    <TextLink href={`${path}/${id}`}>
      <bdi>{visibleText(name || id)}</bdi>
    </TextLink>
  ) : (
    <bdi>{visibleText(name || (id ?? ''))}</bdi>
  )

/** What a change was about, with links to the pages of what it names. */
export function AuditObject({ id: row, object: { type, id }, names }: Pick<AuditRow, 'id' | 'object' | 'names'>) {
  const parts = id.split('.')
  if (type === 'acl_batch')
    return (
      <>
        <TextLink href={`/acl/batches/${row}`}>batch {row}</TextLink>
        {names.module !== null && names.agent !== null && (
          <>
            : {names.investigator !== null && <bdi>{visibleText(names.investigator)}</bdi>}
            {names.investigator !== null && ' for '}
            <bdi>{visibleText(names.module)}</bdi> on <bdi>{visibleText(names.agent)}</bdi>
          </>
        )}
      </>
    )
  if (type === 'agtmodreq' && parts.length === 2)
    return (
      <>
        {visibleText(names.module ?? `module ${parts[1]}`)} on {link('/agents', parts[0], names.agent)}
      </>
    )
  if (type === 'invagtmodperm' && parts.length === 3)
    return (
      <>
        {link('/investigators', parts[0], names.investigator)} for {visibleText(names.module ?? `module ${parts[2]}`)}{' '}
        on {link('/agents', parts[1], names.agent)}
      </>
    )
  if (type === 'investigator') return link('/investigators', id, names.object)
  if (type === 'module')
    return <TextLink href={`/acl/modules?id=${id}`}>{visibleText(names.object ?? `module ${id}`)}</TextLink>
  if (type === 'list' && /^\/[\w/-]+$/.test(id)) return <TextLink href={id}>{id}</TextLink>
  if (id === '') return <Unknown why="There is no such object: nothing came of it" />
  return (
    <>
      {OBJECT_TYPES[type] ?? visibleText(type)}{' '}
      {names.object ? <bdi>{visibleText(names.object)}</bdi> : <ShortId id={id} />}
    </>
  )
}

/** Our own ids are random: their beginning tells them apart, the whole is on hover and in the whole row. */
function ShortId({ id }: { id: string }) {
  const short = /^([0-9a-f]{8})-[0-9a-f-]{27}$/.exec(id)?.[1]
  return (
    <span title={short && id}>
      <Mono>{short ?? id}</Mono>
    </span>
  )
}
