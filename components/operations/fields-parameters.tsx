import { CodeBlock } from '@/components/ui/code-block'
import { KeyValue } from '@/components/ui/key-value'
import { Mono } from '@/components/ui/mono'
import { visibleText } from '@/components/ui/visible-text'
import type { ParametersProps } from './parameters'

const LISTED = 50

/** Flat parameters: what is asked for, by its name in MIG. */
export function FieldsParameters({ parameters }: ParametersProps<'fields'>) {
  if (parameters.fields.length === 0) return <p className="text-muted text-sm">It has no parameters.</p>
  return (
    <KeyValue
      items={parameters.fields.slice(0, LISTED).map(({ name, values, isCode }, i) => ({
        key: `${i}`,
        label: <bdi>{visibleText(name)}</bdi>,
        value: isCode ? (
          <CodeBlock text={values[0] ?? ''} label={visibleText(name)} />
        ) : values.length === 0 ? (
          <span className="text-muted">none</span>
        ) : (
          <span className="flex flex-wrap gap-x-3">
            {values.slice(0, LISTED).map((value, j) => (
              <Mono key={j}>{value}</Mono>
            ))}
            {values.length > LISTED && <span className="text-muted">and {values.length - LISTED} more</span>}
          </span>
        ),
      }))}
    />
  )
}
