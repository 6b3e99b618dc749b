'use client'

import { type FormEvent, startTransition, useActionState, useId, useRef, useState } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'
import { Icon } from '@/components/ui/icon'
import { visibleText } from '@/components/ui/visible-text'
import { issueText, signInWithSignature } from '@/lib/auth/server-actions'
import { cn } from '@/lib/cn'
import { IDLE } from '@/lib/form-state'

/**
 * Signing in the page with a private key file. File and passphrase are read from the controls when they are used, are in no
 * form that is sent and in no state, and are cleared afterwards, whatever came of it: only the signature is sent.
 */
export function KeyFileWay({ next }: { next: string }) {
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const passphrase = useRef<HTMLInputElement>(null)
  const [fileName, setFileName] = useState<string | null>(null)
  const [isOver, setOver] = useState(false)
  const [isSigning, setSigning] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [state, send, isSending] = useActionState(signInWithSignature, IDLE)
  const isBusy = isSigning || isSending

  function clear() {
    if (file.current) file.current.value = ''
    if (passphrase.current) passphrase.current.value = ''
    setFileName(null)
  }

  async function sign(): Promise<{ ok: true; signature: string } | { ok: false; sentence: string }> {
    const chosen = file.current?.files?.[0]
    if (!chosen) return { ok: false, sentence: 'Choose the file of your private key first.' }
    // Asked for first: while somebody searches for the passphrase an older text may have expired.
    const issued = await issueText(IDLE, new FormData())
    const text = issued.values?.text
    if (!text) return { ok: false, sentence: issued.message ?? 'There is no text to sign. Try again.' }
    const { signWithKeyFile } = await import('@/lib/pgp/sign-with-key-file')
    return signWithKeyFile(new Uint8Array(await chosen.arrayBuffer()), passphrase.current?.value ?? '', text)
  }

  async function onSubmit(event: FormEvent) {
    event.preventDefault()
    if (isBusy) return
    setProblem(null)
    setSigning(true)
    try {
      const signed = await sign()
      if (!signed.ok) return setProblem(signed.sentence)
      const data = new FormData()
      data.set('signature', signed.signature)
      data.set('next', next)
      startTransition(() => send(data))
    } catch {
      setProblem('The page could not sign: the server or a part of the page did not answer. Try again.')
    } finally {
      clear()
      setSigning(false)
    }
  }

  const said = problem ?? (isBusy ? null : state.message)
  return (
    <form onSubmit={onSubmit} aria-label="Sign in with a key file" className="flex flex-col gap-4">
      {said && (
        <Notice live tone="bad">
          {said}
        </Notice>
      )}
      <label
        htmlFor={`${id}-file`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          const { files } = event.dataTransfer
          if (!file.current || files.length === 0) return
          file.current.files = files
          setFileName(files[0]?.name ?? null)
        }}
        className={cn(
          'flex min-h-24 cursor-pointer flex-col items-center justify-center gap-1 rounded-md border border-control border-dashed px-4 py-3 text-center text-sm hover:bg-hover',
          'has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent has-[:focus-visible]:outline-offset-2',
          isOver && 'border-accent bg-accent-tint',
        )}
      >
        <Icon name={fileName ? 'key' : 'file'} className="size-5 text-muted" />
        <span className="font-medium">Private key file</span>
        <span className="text-muted text-xs wrap-anywhere">
          {fileName ? <bdi>{visibleText(fileName)}</bdi> : 'Drop it here, or choose it'}
        </span>
        <input
          ref={file}
          id={`${id}-file`}
          type="file"
          className="sr-only"
          onChange={(event) => setFileName(event.currentTarget.files?.[0]?.name ?? null)}
        />
      </label>
      <Field id={`${id}-passphrase`} label="Passphrase" hint="Leave it empty for a key without one.">
        <Input
          ref={passphrase}
          id={`${id}-passphrase`}
          type="password"
          autoComplete="off"
          aria-describedby={`${id}-passphrase-hint`}
        />
      </Field>
      <div>
        <Button type="submit" kind="primary" aria-disabled={isBusy || undefined}>
          {isBusy && <Icon name="loader" className="spin" />}
          {isSigning ? 'Signing' : isSending ? 'Checking the signature' : 'Sign and sign in'}
        </Button>
      </div>
    </form>
  )
}
