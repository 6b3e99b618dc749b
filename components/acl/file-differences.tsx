import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { Endpoint } from '@/lib/mig/acl/endpoints'
import type { KnownFile } from '@/lib/mig/acl/file-states'
import { aclEndpointList, aclFileView } from '@/lib/mig/acl/search-params'
import { LastFileWords } from './file-state'

const NAMED = 3

/** Above a matrix: on which of the endpoints shown the tables differ from their last file. Nothing when no file is known. */
export function FileDifferences({
  endpoints,
  files,
  now,
}: {
  endpoints: readonly Endpoint[]
  files: ReadonlyMap<string, KnownFile>
  now: string
}) {
  if (files.size === 0) return null
  const differing = endpoints.flatMap((endpoint) => {
    const file = files.get(endpoint.id)
    return file?.state === 'differs' ? [{ endpoint, last: file.last }] : []
  })
  if ([...files.values()].some(({ state }) => state === 'undecided'))
    return (
      <p className="text-muted text-sm">
        The tables cannot be compared with the last files:{' '}
        <TextLink href="/acl/modules">two modules share a name</TextLink>.
      </p>
    )
  if (differing.length === 0)
    return (
      <p className="text-muted text-sm">
        A last file is known of {formatCount(files.size, 'endpoint')} shown, and the tables say the same.
      </p>
    )
  return (
    <p className="max-w-text text-attention text-sm">
      On {formatNumber(differing.length)} of the endpoints shown the tables differ from the file last exported or
      uploaded:{' '}
      {differing.slice(0, NAMED).map(({ endpoint, last }, i) => (
        <span key={endpoint.id}>
          {i > 0 && ', '}
          <TextLink href={`${aclFileView.path}?agent=${endpoint.id}`}>
            <bdi>{visibleText(endpoint.name)}</bdi>
          </TextLink>{' '}
          (<LastFileWords last={last} now={now} />)
        </span>
      ))}
      {differing.length > NAMED && ' and others'}.{' '}
      <TextLink href={`${aclEndpointList.path}?file=differs`}>All that differ</TextLink>
    </p>
  )
}
