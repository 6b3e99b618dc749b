import { Badge } from '@/components/ui/badge'
import { CodeBlock } from '@/components/ui/code-block'
import { JsonView } from '@/components/ui/json-view'
import { visibleText } from '@/components/ui/visible-text'
import { operationsSchema, readJson } from '@/lib/mig/actions/schema'

/** An action's operations in order: module and parameters; what does not fit MIG's shape is shown as it is stored. */
export function Operations({ text }: { text: string | null }) {
  if (text === null) return <p className="text-muted">The row holds no operations.</p>
  const parsed = operationsSchema.safeParse(readJson(text))
  if (!parsed.success) {
    return readJson(text) === null ? (
      <p className="text-muted">The row holds no operations.</p>
    ) : (
      <CodeBlock text={text} label="Operations as stored" />
    )
  }
  if (parsed.data.length === 0) return <p className="text-muted">The action has no operations.</p>
  return (
    <ol className="flex flex-col gap-3">
      {parsed.data.map((operation, i) => (
        <li key={i} className="rounded-md border border-line bg-surface p-3">
          <p className="mb-2 flex items-center gap-2 font-medium">
            <Badge>{i + 1}</Badge>
            {visibleText(operation.module)}
          </p>
          <JsonView text={JSON.stringify(operation.parameters ?? null)} label={`Parameters of operation ${i + 1}`} />
        </li>
      ))}
    </ol>
  )
}
