import { useState } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Button } from '@/components/ui/button'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import { type BatchAnswer, cellKey } from '@/lib/mig/acl/change'
import type { Changes } from './grid/changes'
import { CellName, Value } from './tray-changes'

type Side = 'mine' | 'theirs'

/** The cells that somebody else changed, with all three values: each is to be decided before anything is saved. */
export function ConflictList({
  answer,
  changes,
  onResolve,
}: {
  answer: Extract<BatchAnswer, { kind: 'conflict' }>
  changes: Changes
  onResolve: (mine: ReadonlySet<string>) => void
}) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Side>>(new Map())
  const cells = answer.cells.map((cell) => ({ ...cell, key: cellKey(cell.change) }))
  const open = cells.filter(({ key }) => !chosen.has(key)).length
  const all = (side: Side) => setChosen(new Map(cells.map(({ key }) => [key, side])))
  return (
    <div className="flex flex-col gap-2">
      <Notice tone="attention" title={answer.message} live>
        Choose, cell by cell, which value is to stand; then save again.
      </Notice>
      <div className="max-h-72 overflow-auto rounded-md border border-line bg-surface">
        <table aria-label="Conflicts" className="w-full border-separate border-spacing-0 text-xs tabular-nums">
          <thead className="sticky top-0 bg-surface text-left text-muted">
            <tr>
              {['Cell', 'You saw', 'Is now', 'Yours', 'What stands'].map((head) => (
                <th key={head} scope="col" className="border-line border-b px-2 py-1 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map(({ change, now, newest, key }) => {
              const names = changes.cells.get(key)?.names ?? { endpoint: change.agent, module: change.module }
              return (
                <tr key={key}>
                  <th scope="row" className="border-line border-b px-2 py-1 text-left font-normal">
                    <CellName names={names} />
                    {newest && (
                      <p className="text-attention">
                        The endpoint has a <TextLink href={`/agents/${newest}`}>newer row</TextLink>, and only rules
                        there hold: “Is now” is its value, and yours would go there.
                      </p>
                    )}
                  </th>
                  <td className="border-line border-b px-2">
                    <Value value={change.seen} />
                  </td>
                  <td className="border-line border-b px-2 font-medium text-attention">
                    <Value value={now} />
                  </td>
                  <td className="border-line border-b px-2 font-medium text-accent">
                    <Value value={change.value} />
                  </td>
                  <td className="border-line border-b px-2">
                    <fieldset className="flex gap-3">
                      <legend className="sr-only">
                        What stands in {visibleText(`${names.endpoint}, ${names.module}`)}
                      </legend>
                      {(['mine', 'theirs'] as const).map((side) => (
                        <label key={side} className="flex items-center gap-1">
                          <input
                            type="radio"
                            name={key}
                            checked={chosen.get(key) === side}
                            onChange={() => setChosen((before) => new Map(before).set(key, side))}
                            className="accent-accent-solid"
                          />
                          {side === 'mine' ? 'Keep mine' : 'Take theirs'}
                        </label>
                      ))}
                    </fieldset>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" onClick={() => all('mine')}>
          Keep all mine
        </Button>
        <Button size="sm" onClick={() => all('theirs')}>
          Take all theirs
        </Button>
        <Button
          size="sm"
          kind="primary"
          disabled={open > 0}
          onClick={() => onResolve(new Set(cells.flatMap(({ key }) => (chosen.get(key) === 'mine' ? [key] : []))))}
        >
          Apply
        </Button>
        {open > 0 && <span className="text-muted text-xs">{formatCount(open, 'cell')} to decide</span>}
      </div>
    </div>
  )
}
