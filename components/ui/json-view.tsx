import type { ReactNode } from 'react'
import { formatCount, formatNumber } from '@/lib/format'
import { CodeBlock } from './code-block'
import { Disclosure } from './disclosure'
import { Icon } from './icon'
import { JsonCopy } from './json-copy'
import { type JsonMember, type JsonNode, type JsonPart, type JsonTree, jsonPathText, readJsonTree } from './json-tree'
import { TextLink } from './text-link'
import { visibleText } from './visible-text'

const SMALL = 60
const OPEN_DEPTH = 2
const OPEN_SIZE = 20
/** A part below more levels than this has no link: its address would be too long. */
const LINKED_DEPTH = 300

/** Where a part of the text is shown from one of its members on. */
type JsonPartHref = (part: JsonPart, from: number) => string

/**
 * JSON as a tree that opens without JavaScript, with its raw text below. Text that is not JSON is shown as it is. Of a
 * large text the first levels are drawn; with `partHref` what is not drawn is one link away.
 */
export function JsonView({
  text,
  label,
  open = true,
  part = [],
  from = 0,
  values,
  partHref,
  above,
  raw,
}: {
  text: string
  label: string
  open?: boolean
  part?: JsonPart
  from?: number
  /** How many values are drawn at most. */
  values?: number
  partHref?: JsonPartHref
  /** What stands above the tree, from the path to the part that is shown. */
  above?: (path: string) => ReactNode
  /** Stands for the raw text below the tree. */
  raw?: ReactNode
}) {
  const tree = readJsonTree(text, values === undefined ? {} : { values }, { part, from })
  if (!tree) {
    return (
      <div className="flex flex-col gap-2">
        <p className="flex items-center gap-1.5 text-sm text-attention">
          <Icon name="alert" className="size-4" />
          {part.length > 0
            ? 'There is no such part in this JSON.'
            : 'This is not valid JSON; it is shown as it is stored.'}
        </p>
        {part.length === 0 && <CodeBlock text={text} label={label} />}
      </div>
    )
  }
  return (
    <div className="flex min-w-0 flex-col gap-1">
      {above?.(jsonPathText(tree.path))}
      <Tree tree={tree} label={label} open={open} part={part} partHref={partHref} />
      {!tree.complete && !partHref && (
        <p className="text-xs text-attention">
          This is large: the tree shows {formatCount(tree.values, 'value')} of its first levels. The raw text goes on.
        </p>
      )}
      {raw ?? (
        <Disclosure summary="Raw text" aside={formatCount(text.length, 'character')}>
          <CodeBlock text={text} label={`${label}, raw`} />
        </Disclosure>
      )}
    </div>
  )
}

type Look = { openTo: number; partHref: JsonPartHref | undefined }

function Tree({
  tree,
  label,
  open,
  part,
  partHref,
}: {
  tree: JsonTree
  label: string
  open: boolean
  part: JsonPart
  partHref: JsonPartHref | undefined
}) {
  const isSmall = tree.complete && tree.values <= SMALL
  const openTo = !open ? 0 : isSmall ? Number.POSITIVE_INFINITY : OPEN_DEPTH
  return (
    <JsonCopy base={jsonPathText(tree.path)} label={label}>
      <ul className="json-tree">
        <Row node={tree.root} depth={0} part={part} look={{ openTo, partHref }} />
      </ul>
    </JsonCopy>
  )
}

function Row({
  node,
  member,
  depth,
  part,
  look,
}: {
  node: JsonNode
  member?: JsonMember
  depth: number
  part: JsonPart
  look: Look
}) {
  const name = member && <Name member={member} />
  // What the shown text does not give back exactly is kept as JSON, for copying.
  const exactKey =
    member?.key && visibleText(member.key.text) !== member.key.text ? JSON.stringify(member.key.text) : undefined
  if (node.kind !== 'object' && node.kind !== 'array')
    return (
      <li data-i={member?.key ? undefined : member?.index} data-k={exactKey}>
        {name}
        <Scalar node={node} />
      </li>
    )
  const words = formatCount(node.size, node.kind === 'object' ? 'field' : 'item')
  const summary = node.kind === 'object' ? `{ ${words} }` : `[ ${words} ]`
  const at = { 'data-i': member?.key ? undefined : member?.index, 'data-k': exactKey }
  if (node.size === 0)
    return (
      <li {...at}>
        {name}
        <i>{node.kind === 'object' ? '{ } empty' : '[ ] empty'}</i>
      </li>
    )
  if (!node.members)
    return (
      <li {...at}>
        {name}
        {look.partHref && part.length <= LINKED_DEPTH ? (
          <TextLink href={look.partHref(part, 0)}>{summary}</TextLink>
        ) : (
          <i>{summary} not drawn</i>
        )}
      </li>
    )
  const drawnTo = node.from + node.members.length
  return (
    <li {...at}>
      <details
        open={depth < look.openTo && (node.members.length <= OPEN_SIZE || look.openTo > OPEN_DEPTH || depth === 0)}
      >
        <summary>
          {name}
          <i>{summary}</i>
        </summary>
        <ul>
          {node.from > 0 && <li className="more">{formatCount(node.from, 'one')} before</li>}
          {node.members.map((one) => (
            <Row
              key={one.index}
              node={one.node}
              member={one}
              depth={depth + 1}
              part={[...part, one.index]}
              look={look}
            />
          ))}
          {drawnTo < node.size && (
            <li className="more">
              {look.partHref && part.length <= LINKED_DEPTH ? (
                <TextLink href={look.partHref(part, drawnTo)}>{formatNumber(node.size - drawnTo)} more</TextLink>
              ) : (
                `${formatNumber(node.size - drawnTo)} more, not drawn`
              )}
            </li>
          )}
        </ul>
      </details>
    </li>
  )
}

function Name({ member }: { member: JsonMember }) {
  if (member.key === null) return <b>{member.index}: </b>
  return (
    <b>
      <bdi>{visibleText(member.key.text)}</bdi>
      {member.key.hidden > 0 && '…'}:{' '}
    </b>
  )
}

function Scalar({ node }: { node: Exclude<JsonNode, { kind: 'object' | 'array' }> }) {
  if (node.kind === 'number') return <span className="n">{node.text}</span>
  if (node.kind === 'literal') return <span className="l">{node.text}</span>
  const shown = visibleText(node.text)
  return (
    <>
      <span className="s" data-v={shown === node.text ? undefined : JSON.stringify(node.text)}>
        <bdi>{shown}</bdi>
      </span>
      {node.hidden > 0 && <span className="more"> … {formatCount(node.hidden, 'more character')}</span>}
    </>
  )
}
