import type { ReactNode } from 'react'
import { Form } from '@/components/forms/form'
import { SubmitButton } from '@/components/forms/submit-button'
import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { describedBy, Field, Input, Textarea } from '@/components/ui/field'
import { issueText, signInWithSignature } from '@/lib/auth/server-actions'
import { signCommands } from '@/lib/auth/sign-command'
import { TextExpiry } from './text-expiry'

/** The text that this browser may have signed; `until` is its expiry in words, `left` in milliseconds. */
export type OpenText = { text: string; until: string; left: number }

/** Signing in a terminal: get the text, sign it with gpg, paste the result. Works without scripts. */
export function TerminalWay({ open, next }: { open: OpenText | null; next: string }) {
  if (!open)
    return (
      <Form action={issueText} label="Get a text to sign">
        <p className="text-muted text-sm">
          You get a text that is good for one sign-in from this browser, within five minutes, and the command that signs
          it.
        </p>
        <SubmitRow>
          <SubmitButton icon="signature" pendingLabel="Getting a text">
            Get a text to sign
          </SubmitButton>
        </SubmitRow>
      </Form>
    )
  const { shell, powerShell } = signCommands(open.text)
  return (
    <ol className="flex flex-col gap-5">
      <Step number={1} title="Run this command">
        <CodeBlock label="the command" text={shell} />
        <Disclosure summary="Windows, or several keys">
          <div className="flex flex-col gap-2 text-muted text-sm">
            <p>In PowerShell:</p>
            <CodeBlock label="the command for PowerShell" text={powerShell} />
            <p>
              With several keys add <code>--local-user</code> and the fingerprint that MIG knows. Any other program that
              makes detached signatures will do; this is the text alone:
            </p>
            <CodeBlock label="the text" text={open.text} />
          </div>
        </Disclosure>
        <Form action={issueText} label="Get another text" className="gap-2">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
            <p className="text-muted text-xs">
              <TextExpiry key={open.text} until={open.until} left={open.left} />
            </p>
            <SubmitButton kind="quiet" size="sm" icon="refresh" pendingLabel="Getting a text">
              Get another text
            </SubmitButton>
          </div>
        </Form>
      </Step>
      <Step number={2} title="Give back what it prints">
        <Form action={signInWithSignature} label="Sign in with a signature">
          <input type="hidden" name="next" value={next} />
          <Field id="signature" label="Signature">
            <Textarea
              id="signature"
              name="signature"
              mono
              rows={6}
              spellCheck={false}
              autoComplete="off"
              autoCapitalize="off"
              placeholder="-----BEGIN PGP SIGNATURE-----"
            />
          </Field>
          <Field id="signature-file" label="or its file" hint="Armored or binary: .asc, .sig or .gpg.">
            <Input
              id="signature-file"
              type="file"
              name="file"
              accept=".asc,.sig,.gpg,.pgp,.txt"
              className="py-1 text-muted file:mr-3 file:font-medium file:text-accent"
              {...describedBy('signature-file', { hint: true })}
            />
          </Field>
          <SubmitRow>
            <SubmitButton pendingLabel="Checking the signature">Sign in</SubmitButton>
          </SubmitRow>
        </Form>
      </Step>
    </ol>
  )
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="flex flex-col gap-2.5">
      <h3 className="flex items-center gap-2 font-medium text-sm">
        <span
          aria-hidden="true"
          className="inline-flex size-5 items-center justify-center rounded-full bg-accent-tint font-semibold text-accent text-xs"
        >
          {number}
        </span>
        {title}
      </h3>
      {children}
    </li>
  )
}

function SubmitRow({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2">{children}</div>
}
