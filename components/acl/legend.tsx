import { NoRule } from './cell'

/** What the signs in the matrices mean. */
export function Legend({ kind }: { kind: 'requirements' | 'permissions' }) {
  const lent =
    kind === 'requirements' ? 'from the module default' : 'weight for default, where the minimum comes from there'
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted text-xs">
      <span>
        <NoRule /> no rule, which is not 0
      </span>
      <span>
        <i className="text-faint">2</i> {lent}
      </span>
      <span>
        <s className="text-attention">2</s> left behind on an older row
      </span>
      {kind === 'permissions' && (
        <span>
          <span className="rounded-sm bg-good-tint px-1 text-good">2/2</span> enough alone
        </span>
      )}
      <span>
        <span className="rounded-sm bg-attention-tint px-1 text-attention">mixed</span> live rows differ: refused
      </span>
      <span>
        <span className="hatched-bad rounded-sm px-1 text-bad">9</span>{' '}
        {kind === 'requirements'
          ? 'below 1, which agents refuse, or beyond everybody together'
          : 'the minimum is below 1'}
      </span>
    </p>
  )
}
