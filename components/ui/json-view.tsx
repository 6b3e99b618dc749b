import { formatCount } from '@/lib/format'
import { CodeBlock } from './code-block'
import { Disclosure } from './disclosure'
import { Icon } from './icon'
import { type JsonNode, readJsonTree } from './json-tree'
import { visibleText } from './visible-text'

const SMALL = 60
const OPEN_DEPTH = 2
const OPEN_SIZE = 20

/** JSON as a tree that opens without JavaScript, with its raw text below. Text that is not JSON is shown as it is. */
export function JsonView({ text, label, open = true }: { text: string; label: string; open?: boolean }) {
  const tree = readJsonTree(text)
  if (!tree) {
    return (
      <div className="flex flex-col gap-2">
        <p className="flex items-center gap-1.5 text-sm text-attention">
          <Icon name="alert" className="size-4" /> This is not valid JSON; it is shown as it is stored.
        </p>
        <CodeBlock text={text} label={label} />
      </div>
    )
  }
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="overflow-x-auto font-mono text-xs leading-[1.6]">
        <Value
          node={tree.root}
          path="$"
          depth={0}
          openTo={!open ? 0 : tree.values <= SMALL ? Number.POSITIVE_INFINITY : OPEN_DEPTH}
        />
      </div>
      {!tree.complete && (
        <p className="text-xs text-attention">
          This is large: the tree shows its first part. The raw text below goes on.
        </p>
      )}
      <Disclosure summary="Raw text" aside={formatCount(text.length, 'character')}>
        <CodeBlock text={text} label={`${label}, raw`} />
      </Disclosure>
    </div>
  )
}

function Value({
  node,
  name,
  path,
  depth,
  openTo,
}: {
  node: JsonNode
  name?: string
  path: string
  depth: number
  openTo: number
}) {
  const key = name === undefined ? null : <Key name={name} path={path} />
  if (node.kind === 'object' || node.kind === 'array') {
    const size = node.kind === 'object' ? node.entries.length : node.items.length
    const words = `${formatCount(size, node.kind === 'object' ? 'field' : 'item')}${node.complete ? '' : ' and more'}`
    if (size === 0) {
      return (
        <div className="pl-[1.125rem]">
          {key}
          <span className="text-faint">{node.kind === 'object' ? '{ } empty' : '[ ] empty'}</span>
        </div>
      )
    }
    return (
      <details open={depth < openTo && (size <= OPEN_SIZE || openTo > OPEN_DEPTH)}>
        <summary className="flex min-h-6 items-center gap-1 rounded-sm hover:bg-hover">
          <Icon name="chevron-right" className="disclosure-mark size-3.5 text-faint" />
          <span>
            {key}
            <span className="text-faint">{node.kind === 'object' ? `{ ${words} }` : `[ ${words} ]`}</span>
          </span>
        </summary>
        <div className="ml-[0.4375rem] border-line border-l pl-2.5">
          {node.kind === 'object'
            ? node.entries.map((entry, index) => (
                <Value
                  key={index}
                  node={entry.node}
                  name={entry.key}
                  path={`${path}.${entry.key}`}
                  depth={depth + 1}
                  openTo={openTo}
                />
              ))
            : node.items.map((item, index) => (
                <Value
                  key={index}
                  node={item}
                  name={String(index)}
                  path={`${path}[${index}]`}
                  depth={depth + 1}
                  openTo={openTo}
                />
              ))}
          {!node.complete && <div className="pl-[1.125rem] text-attention">… and more</div>}
        </div>
      </details>
    )
  }
  return (
    <div className="pl-[1.125rem] wrap-anywhere">
      {key}
      <Scalar node={node} />
    </div>
  )
}

function Key({ name, path }: { name: string; path: string }) {
  return (
    <>
      <bdi title={visibleText(path)} className="text-muted">
        {visibleText(name)}
      </bdi>
      <span className="text-faint">: </span>
    </>
  )
}

function Scalar({ node }: { node: Exclude<JsonNode, { kind: 'object' | 'array' }> }) {
  if (node.kind === 'string') {
    return (
      <>
        <bdi className="text-good">&quot;{visibleText(node.text)}&quot;</bdi>
        {node.hidden > 0 && <span className="text-attention"> … {formatCount(node.hidden, 'more character')}</span>}
      </>
    )
  }
  if (node.kind === 'number') return <span className="text-waiting tabular-nums">{node.text}</span>
  if (node.kind === 'literal') return <span className="text-odd">{node.text}</span>
  return <span className="text-attention">{node.bracket === '{' ? '{ … }' : '[ … ]'} nested too deep to show</span>
}
