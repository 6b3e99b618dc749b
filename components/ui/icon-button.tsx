import type { ComponentProps } from 'react'
import { cn } from '@/lib/cn'
import { Icon, type IconName } from './icon'

export type { IconName }

/** A square button with an icon alone; `label` is read aloud and shown on hover. */
export function IconButton({
  icon,
  label,
  className,
  type = 'button',
  ...rest
}: { icon: IconName; label: string } & Omit<ComponentProps<'button'>, 'children'>) {
  return (
    <button
      type={type}
      title={label}
      aria-label={label}
      className={cn(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink pointer-coarse:size-10',
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  )
}
