import { cn } from '@/lib/cn'
import { CopyButton } from './copy-button'
import { visibleText } from './visible-text'

/** An id, path, queueloc or fingerprint. Hidden characters are spelled out. `copy` adds a button (use it on detail pages). */
export function Mono({ children, copy = false, className }: { children: string; copy?: boolean; className?: string }) {
  const code = (
    <code className={cn('text-[0.9375em] wrap-break-word', className)}>
      <bdi>{visibleText(children)}</bdi>
    </code>
  )
  if (!copy) return code
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      {code}
      <CopyButton text={children} />
    </span>
  )
}

/** A fingerprint in groups of four, as PGP tools print it. */
export function Fingerprint({ children, copy = false }: { children: string; copy?: boolean }) {
  const groups = /^[0-9A-Fa-f]{8,64}$/.test(children) ? (children.match(/.{1,4}/g) ?? [children]) : [children]
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="text-[0.9375em]">
        <bdi>{groups.map(visibleText).join(' ')}</bdi>
      </code>
      {copy && <CopyButton text={children} label="Copy the fingerprint" />}
    </span>
  )
}
