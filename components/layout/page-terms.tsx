import { Icon } from '../ui/icon'

/** Opens what the words of this page mean, in the top bar; a popover, so it works without scripts. */
export function PageTerms({ terms }: { terms: { word: string; meaning: string }[] }) {
  if (terms.length === 0) return null
  return (
    <div className="no-print">
      <button
        type="button"
        popoverTarget="terms"
        aria-label="What the words on this page mean"
        title="What the words on this page mean"
        className="fixed top-2 right-[7.25rem] z-30 inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink md:right-[10.5rem] lg:right-[13.75rem] pointer-coarse:right-[7.75rem] md:pointer-coarse:right-[11rem] lg:pointer-coarse:right-[14.25rem]"
      >
        <Icon name="circle-question" />
      </button>
      <aside
        id="terms"
        popover="auto"
        aria-label="Words on this page"
        className="top-[2.875rem] right-3 left-auto m-0 max-h-[80dvh] w-[min(28rem,calc(100vw-1.5rem))] overflow-y-auto rounded-md border border-line-strong bg-raised p-4 text-ink shadow-overlay backdrop:bg-transparent"
      >
        <h2 className="mb-2 font-semibold text-base">Words on this page</h2>
        <dl className="flex flex-col gap-2 text-sm">
          {terms.map(({ word, meaning }) => (
            <div key={word}>
              <dt className="font-medium">{word.replaceAll('`', '')}</dt>
              <dd className="text-muted">
                {meaning.split('`').map((part, i) =>
                  i % 2 ? (
                    <code key={i} className="font-mono text-xs">
                      {part}
                    </code>
                  ) : (
                    part
                  ),
                )}
              </dd>
            </div>
          ))}
        </dl>
      </aside>
    </div>
  )
}
