import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { IconButton } from '@/components/ui/icon-button'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import { cellKey } from '@/lib/mig/acl/change'
import { type CellNames, type Changes, write } from './grid/changes'

const AT_ONCE = 100

/** A value in a list of changes: no rule is words, for it is not 0. */
export function Value({ value }: { value: number | null }) {
  return value === null ? <span className="text-faint">no rule</span> : <span>{formatNumber(value)}</span>
}

/** What a changed cell is called. */
export function CellName({ names }: { names: CellNames }) {
  return (
    <>
      <bdi>{visibleText(names.endpoint)}</bdi>
      <span className="text-muted">
        {' · '}
        <bdi>{visibleText(names.module)}</bdi>
        {names.person !== undefined && (
          <>
            {' · '}
            <bdi>{visibleText(names.person)}</bdi>
          </>
        )}
      </span>
    </>
  )
}

/** Every unsaved change, old → new, each of which can be taken back. */
export function ChangeList({
  changes,
  onChanges,
}: {
  changes: Changes
  onChanges: (change: (before: Changes) => Changes) => void
}) {
  const [most, setMost] = useState(AT_ONCE)
  const all = [...changes.cells.values()]
  return (
    <div className="min-w-0">
      <h3 className="mb-1 font-medium text-xs">What changes</h3>
      <ul aria-label="Changes" className="max-h-60 overflow-auto rounded-md border border-line bg-surface">
        {all.slice(0, most).map(({ change, names }) => (
          <li
            key={cellKey(change)}
            className="flex h-7 items-center gap-2 border-line border-b px-2 text-xs last:border-b-0"
          >
            <span className="min-w-0 flex-1 truncate">
              <CellName names={names} />
            </span>
            <span className="whitespace-nowrap tabular-nums">
              <Value value={change.seen} />
              <span aria-hidden="true"> → </span>
              <span className="sr-only"> becomes </span>
              <b className="font-medium text-accent">
                <Value value={change.value} />
              </b>
            </span>
            <IconButton
              icon="x"
              label={visibleText(`Take back ${names.endpoint}, ${names.module}`)}
              onClick={() =>
                onChanges((before) => write(before, [{ change: { ...change, value: change.seen }, names }]))
              }
            />
          </li>
        ))}
      </ul>
      {all.length > most && (
        <p className="mt-1 flex items-center gap-2 text-muted text-xs">
          {formatCount(all.length - most, 'further change')}
          <Button size="sm" kind="quiet" onClick={() => setMost(most + 10 * AT_ONCE)}>
            Show more
          </Button>
        </p>
      )}
    </div>
  )
}
