import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from './icon'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'
type Look = { kind?: ButtonKind; size?: 'sm' | 'md'; icon?: IconName }

const KIND: Record<ButtonKind, string> = {
  primary: 'border-transparent bg-accent-solid text-on-solid hover:bg-accent-solid-hover',
  secondary: 'border-line-strong bg-surface text-ink hover:bg-hover hover:border-control',
  quiet: 'border-transparent text-muted hover:bg-hover hover:text-ink',
  danger: 'border-transparent bg-bad-solid text-on-solid hover:bg-bad-solid-hover',
}

/** The classes of a button, for what must look like one and is something else. */
export function buttonClass({ kind = 'secondary', size = 'md' }: Look = {}, className?: string): string {
  return cn(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 pointer-coarse:min-h-10',
    size === 'sm' ? 'h-7 px-2 text-xs' : 'h-8 px-3 text-sm',
    KIND[kind],
    className,
  )
}

export function Button({
  kind,
  size,
  icon,
  className,
  children,
  type = 'button',
  ...rest
}: Look & ComponentProps<'button'>) {
  return (
    <button type={type} className={buttonClass({ kind, size }, className)} {...rest}>
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </button>
  )
}

/** A link that looks like a button: it goes somewhere, it never changes anything. */
export function LinkButton({
  kind,
  size,
  icon,
  className,
  children,
  ...rest
}: Look & { children: ReactNode; className?: string } & Omit<ComponentProps<typeof Link>, 'className' | 'children'>) {
  return (
    <Link prefetch={false} className={buttonClass({ kind, size }, cn('no-print', className))} {...rest}>
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </Link>
  )
}
