import { cn } from '@/lib/cn'
import { formatBytes } from '@/lib/format'
import { CopyButton } from './copy-button'
import { visibleLines } from './visible-text'

const SHOWN = 200_000

/** Text as it is, in mono, hidden characters spelled out. Beyond 200,000 characters it is cut, and says so. */
export function CodeBlock({
  text,
  label,
  wrap = true,
  className,
}: {
  text: string
  label: string
  wrap?: boolean
  className?: string
}) {
  const cut = text.length > SHOWN
  return (
    <figure aria-label={label} className={cn('relative rounded-md border border-line bg-sunken', className)}>
      <div className="absolute top-1 right-1">{!cut && <CopyButton text={text} label={`Copy ${label}`} />}</div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        tabIndex={0}
        className={cn(
          'max-h-[32rem] overflow-auto p-3 pr-9 text-xs leading-[1.5]',
          wrap ? 'whitespace-pre-wrap wrap-anywhere' : 'whitespace-pre',
        )}
      >
        {visibleLines(cut ? text.slice(0, SHOWN) : text)}
      </pre>
      {cut && (
        <figcaption className="border-line border-t px-3 py-1.5 text-xs text-attention">
          The first {formatBytes(SHOWN)} of {formatBytes(text.length)}; the rest is not shown here.
        </figcaption>
      )}
    </figure>
  )
}
