'use client'

import { type DragEvent, useEffect, useId, useRef, useState } from 'react'
import { useFormState } from '@/components/forms/form'
import { Field, FieldError, Textarea } from '@/components/ui/field'

const WIPED =
  'That was a private key. It was taken out of the form and sent nowhere. Paste the public key instead: gpg --armor --export.'
const SECRET_TAGS = new Set([5, 7])

// Either end of the armor: text may come in pieces, and what is left of a wiped piece has only the second.
const isPrivateText = (text: string) => /-----(BEGIN|END) PGP (PRIVATE|SECRET)|PRIVATE KEY-----/i.test(text)

/** Whether bytes begin as a secret key or hold an armored one. */
function isPrivate(bytes: Uint8Array): boolean {
  const head = bytes[0] ?? 0
  const tag = (head & 0x40) !== 0 ? head & 0x3f : (head >> 2) & 0x0f
  return ((head & 0x80) !== 0 && SECRET_TAGS.has(tag)) || isPrivateText(new TextDecoder().decode(bytes))
}

/**
 * A public key to paste, choose or drop, armored or binary. A private key is wiped before it is sent; without scripts the
 * server refuses it and gives nothing back.
 */
export function KeyInput({ label = 'Public key', hint, rows = 12 }: { label?: string; hint: string; rows?: number }) {
  const [wiped, setWiped] = useState(false)
  const [isOver, setOver] = useState(false)
  const text = useRef<HTMLTextAreaElement>(null)
  const file = useRef<HTMLInputElement>(null)
  const id = useId()
  const error = useFormState().fields?.armoredKey

  function look() {
    const isSecret = isPrivateText(text.current?.value ?? '')
    if (isSecret && text.current) text.current.value = ''
    // The warning stays until something else stands there.
    if (isSecret || text.current?.value) setWiped(isSecret)
  }
  // What was pasted before the scripts had loaded.
  useEffect(() => {
    if (isPrivateText(text.current?.value ?? '')) look()
  })
  async function lookAtFile() {
    const chosen = file.current?.files?.[0]
    if (!chosen) return
    const isSecret = isPrivate(new Uint8Array(await chosen.slice(0, 1_000_000).arrayBuffer()))
    if (isSecret && file.current) file.current.value = ''
    setWiped(isSecret)
  }
  function drop(event: DragEvent) {
    setOver(false)
    const dropped = event.dataTransfer.files
    if (dropped.length === 0 || !file.current) return
    event.preventDefault()
    if (text.current) text.current.value = ''
    file.current.files = dropped
    void lookAtFile()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the file field below does the same
    <div
      className={`flex flex-col gap-3 rounded-md ${isOver ? 'outline-2 outline-accent outline-offset-4' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Field id={id} label={label} hint={hint} error={error}>
        <Textarea
          ref={text}
          id={id}
          name="armoredKey"
          mono
          rows={rows}
          spellCheck={false}
          autoComplete="off"
          placeholder="-----BEGIN PGP PUBLIC KEY BLOCK-----"
          aria-describedby={`${id}-hint`}
          onInput={look}
        />
      </Field>
      <Field id={`${id}-file`} label="Or a file, armored or binary" optional hint="You can also drop the file here.">
        <input
          ref={file}
          id={`${id}-file`}
          name="file"
          type="file"
          className="text-sm file:mr-3 file:h-8 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-3 file:font-medium"
          onChange={() => void lookAtFile()}
        />
      </Field>
      {wiped && (
        <div role="alert">
          <FieldError id={`${id}-wiped`}>{WIPED}</FieldError>
        </div>
      )}
    </div>
  )
}
