'use client'

import type { ReactNode } from 'react'
import { useFormStatus } from 'react-dom'
import { Button, type ButtonKind } from '../ui/button'
import { Icon, type IconName } from '../ui/icon'

/** Sends the form; says so while it is under way and cannot be pressed twice. */
export function SubmitButton({
  children,
  pendingLabel,
  kind = 'primary',
  size,
  icon,
  name,
  value,
}: {
  children: ReactNode
  pendingLabel?: string
  kind?: ButtonKind
  size?: 'sm' | 'md'
  icon?: IconName
  name?: string
  value?: string
}) {
  const { pending } = useFormStatus()
  return (
    <Button
      type="submit"
      kind={kind}
      size={size}
      name={name}
      value={value}
      aria-disabled={pending || undefined}
      onClick={(event) => pending && event.preventDefault()}
    >
      {pending ? <Icon name="loader" className="spin" /> : icon && <Icon name={icon} />}
      {pending ? (pendingLabel ?? children) : children}
    </Button>
  )
}
