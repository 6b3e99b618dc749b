import { Parameters } from '@/components/operations/parameters'
import { Badge } from '@/components/ui/badge'
import { Disclosure } from '@/components/ui/disclosure'
import { JsonView } from '@/components/ui/json-view'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount } from '@/lib/format'
import { type Operation, readOperations } from '@/lib/mig/modules-json/operations'

const LISTED = 100

/** An action's operations in order: module and parameters; what does not fit MIG's shape is shown as it is stored. */
export function Operations({ text }: { text: string | null }) {
  const read = readOperations(text)
  if (read.kind === 'none') return <p className="text-muted">The row holds no operations.</p>
  if (read.kind === 'unreadable')
    return (
      <div className="flex flex-col gap-2">
        <p className="text-attention text-sm">{read.why} They are shown as they are stored.</p>
        <JsonView text={text ?? ''} label="Operations as stored" />
      </div>
    )
  if (read.operations.length === 0) return <p className="text-muted">The action has no operations.</p>
  return (
    <ol className="flex min-w-0 flex-col gap-5">
      {read.operations.slice(0, LISTED).map((operation, i) => (
        <li key={i} className="flex min-w-0 flex-col gap-2">
          <div className="flex flex-wrap items-center gap-2">
            <Badge>{i + 1}</Badge>
            <h3 className="font-medium wrap-anywhere">
              <bdi>{visibleText(operation.module) || 'no module'}</bdi>
            </h3>
            {operation.parameters?.packed && <Badge>compressed</Badge>}
          </div>
          <OperationParameters operation={operation} place={i} />
        </li>
      ))}
      {read.operations.length > LISTED && (
        <li className="text-attention text-sm">
          The first {LISTED} of {formatCount(read.operations.length, 'operation')}; the stored text holds all.
        </li>
      )}
    </ol>
  )
}

function OperationParameters({
  operation: { module, parameters, text },
  place,
}: {
  operation: Operation
  place: number
}) {
  const label = `Operation ${place + 1}`
  if (parameters === null) return <p className="text-muted text-sm">It has no parameters.</p>
  if ('problem' in parameters)
    return (
      <>
        <p className="text-attention text-sm">{parameters.problem}</p>
        <JsonView text={parameters.text} label={`${label}, parameters as stored`} raw="" />
      </>
    )
  return (
    <>
      <Parameters
        module={module}
        text={parameters.text}
        fallback={<JsonView text={parameters.text} label={`${label}, parameters`} raw="" />}
      />
      <Disclosure summary="As stored" aside={formatCount(text.length, 'character')}>
        <JsonView text={text} label={`${label} as stored`} open={false} />
      </Disclosure>
    </>
  )
}
