'use client'

import { createContext, type ReactNode, use, useActionState, useEffect, useRef } from 'react'
import { cn } from '@/lib/cn'
import { type FormState, IDLE } from '@/lib/form-state'
import { Notice } from '../feedback/notice'
import { LinkButton } from '../ui/button'
import { visibleText } from '../ui/visible-text'

const StateContext = createContext<FormState>(IDLE)

/** The answer of the form around: errors and typed values by field name. */
export const useFormState = () => use(StateContext)

/**
 * A form over a server action `(state, formData) => FormState`. Sent by the browser itself until scripts have loaded. The
 * answer stands above the fields; the first refused field gets the focus.
 */
export function Form({
  action,
  label,
  children,
  className,
  showResult = true,
}: {
  action: (state: FormState, formData: FormData) => Promise<FormState>
  label: string
  children: ReactNode
  className?: string
  showResult?: boolean
}) {
  const [state, send] = useActionState(action, IDLE)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (state.status === 'error') form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [state])
  return (
    <StateContext value={state}>
      <form ref={form} action={send} aria-label={label} className={cn('flex flex-col gap-4', className)}>
        {showResult && <FormResult />}
        {children}
      </form>
    </StateContext>
  )
}

/** What the server said: above the fields by itself, or where a form without `showResult` puts it. */
export function FormResult() {
  const state = useFormState()
  if (state.status === 'idle' || !state.message) return null
  return (
    <Notice
      live
      tone={state.status === 'ok' ? 'good' : 'bad'}
      action={
        state.signIn && (
          <LinkButton size="sm" href={state.signIn}>
            Sign in again
          </LinkButton>
        )
      }
    >
      <bdi>{visibleText(state.message)}</bdi>
    </Notice>
  )
}
