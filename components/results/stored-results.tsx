import { Notice } from '@/components/feedback/notice'
import { Button } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { Input } from '@/components/ui/field'
import { findInJson, type JsonMatch } from '@/components/ui/json-find'
import { jsonPathText } from '@/components/ui/json-tree'
import { JsonView } from '@/components/ui/json-view'
import { Mono } from '@/components/ui/mono'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatBytes, formatCount } from '@/lib/format'
import type { CommandDetail } from '@/lib/mig/commands/queries'
import { type CommandView, commandHref } from '@/lib/mig/commands/view-params'
import { RESULT_BYTES } from '@/lib/mig/modules-json/answer'
import { ResultTable } from './result-table'

const MATCHES = 100
/** Text up to this length is shown in full below the tree. */
const WHOLE = 60_000
/** A match below more levels has no link: its address would be too long. */
const LINKED_DEPTH = 300

/** A command's results as stored: a tree of the first levels, any part of it one link away, a search, the whole as a download. */
export function StoredResults({ command, view }: { command: CommandDetail; view: CommandView }) {
  const { id, results } = command
  const download = (
    <a href={`/commands/${id}/results`} download className="text-accent text-sm hover:underline">
      Download as stored, {formatBytes(command.resultBytes)}
    </a>
  )
  if (results === null) return <p className="text-muted">The column is empty.</p>
  if (command.resultBytes > RESULT_BYTES)
    return (
      <div className="flex flex-col gap-2">
        <Notice tone="attention" title={`The results are very large: ${formatBytes(command.resultBytes)}`}>
          They are not read here. This is their beginning; the download holds all.
        </Notice>
        {download}
        <CodeBlock text={results} label="Results, first part" />
      </div>
    )
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <search className="print:hidden">
        <form action={`/commands/${id}`} className="flex flex-wrap items-center gap-2">
          <input type="hidden" name="view" value="stored" />
          <span className="w-72 max-w-full">
            <Input
              type="search"
              name="find"
              aria-label="Find in names and values"
              placeholder="Find in names and values"
              defaultValue={view.find}
              maxLength={200}
            />
          </span>
          <Button type="submit" icon="search">
            Find
          </Button>
          {view.find && (
            <TextLink href={commandHref(id, { view: 'stored' })} className="text-xs">
              Back to the tree
            </TextLink>
          )}
          <span className="ml-auto">{download}</span>
        </form>
      </search>
      {view.find ? (
        <Matches command={command} text={results} words={view.find} />
      ) : (
        <JsonView
          text={results}
          label="Results as stored"
          part={view.part}
          from={view.from}
          above={(path) => <Where path={path} view={view} id={id} />}
          partHref={(part, from) => commandHref(id, { view: 'stored', part: [...part], from })}
          raw={results.length > WHOLE || view.part.length > 0 ? '' : undefined}
        />
      )}
    </div>
  )
}

/** The path of the part that is shown, with the way up. */
function Where({ path, view, id }: { path: string; view: CommandView; id: CommandDetail['id'] }) {
  if (view.part.length === 0 && view.from === 0) return null
  return (
    <p className="mb-1 flex flex-wrap items-baseline gap-x-3 gap-y-1 text-sm">
      <TextLink href={commandHref(id, { view: 'stored' })}>Whole</TextLink>
      {view.part.length > 0 && (
        <TextLink href={commandHref(id, { view: 'stored', part: view.part.slice(0, -1) })}>One level up</TextLink>
      )}
      {view.from > 0 && (
        <TextLink href={commandHref(id, { view: 'stored', part: view.part })}>From its beginning</TextLink>
      )}
      <Mono>{path}</Mono>
    </p>
  )
}

function Matches({ command, text, words }: { command: CommandDetail; text: string; words: string }) {
  const found = findInJson(text, words, MATCHES)
  if (!found) return <p className="text-attention text-sm">This is not valid JSON; it cannot be searched here.</p>
  if (found.matches.length === 0)
    return (
      <p className="text-muted">
        Neither a name nor a value contains “<bdi>{visibleText(words)}</bdi>”.
      </p>
    )
  return (
    <div className="flex flex-col gap-1">
      <p className="text-muted text-sm">
        {found.more
          ? `The first ${MATCHES} matches; there are more.`
          : formatCount(found.matches.length, 'match', 'matches')}
      </p>
      <ResultTable
        caption="Matches"
        rows={found.matches}
        columns={[
          { header: 'Where', cell: (match) => <MatchLink match={match} id={command.id} />, className: 'min-w-56' },
          {
            header: 'Value',
            cell: (match) =>
              match.value === null ? <span className="text-muted">a group</span> : <Mono>{match.value}</Mono>,
          },
        ]}
      />
    </div>
  )
}

function MatchLink({ match, id }: { match: JsonMatch; id: CommandDetail['id'] }) {
  const path = jsonPathText(match.path)
  const shown = path.length > 300 ? `${path.slice(0, 140)} … ${path.slice(-140)}` : path
  if (match.part.length > LINKED_DEPTH) return <Mono>{shown}</Mono>
  // The group that holds a value shows it among its neighbours.
  const place = match.part.at(-1) ?? 0
  const isScalar = match.value !== null
  return (
    <TextLink
      href={commandHref(id, {
        view: 'stored',
        part: isScalar ? match.part.slice(0, -1) : match.part,
        from: isScalar && place >= 20 ? place - 5 : 0,
      })}
    >
      <Mono>{shown}</Mono>
    </TextLink>
  )
}
