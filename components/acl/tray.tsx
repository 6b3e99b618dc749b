import { useEffect, useEffectEvent, useId, useRef, useState, useTransition } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Button } from '@/components/ui/button'
import { Checkbox, Field, Input } from '@/components/ui/field'
import { TextLink } from '@/components/ui/text-link'
import { formatCount } from '@/lib/format'
import { AGENTS_FOLLOW } from '@/lib/mig/acl/batch-words'
import { type BatchAnswer, encodeChanges } from '@/lib/mig/acl/change'
import { previewBatch, saveBatch } from '@/lib/mig/acl/server-actions'
import { afterSave, type Changes, endpointsOf, NO_CHANGES, resolve } from './grid/changes'
import { ChangeList } from './tray-changes'
import { ConflictList } from './tray-conflict'
import { Effects } from './tray-effects'

const QUIET = 400

const LOST: Record<'preview' | 'save', BatchAnswer> = {
  preview: { kind: 'refused', message: 'The server did not answer, so it is not known what the changes would do.' },
  save: {
    kind: 'refused',
    message:
      'The answer did not arrive, so it is not known whether the changes were saved: look at the batches before you send them again.',
  },
}

/** The unsaved changes below the grid: what they are, what they do, and the save of all of them or none. */
export function Tray({
  changes,
  isKept,
  onChanges,
  onSaved,
}: {
  changes: Changes
  /** Whether the browser keeps them when the page is left. */
  isKept: boolean
  onChanges: (change: (before: Changes) => Changes) => void
  /** The tables changed: by what was saved here, or (null) by somebody else. */
  onSaved: (saved: Changes['cells'] | null) => void
}) {
  const [isOpen, setIsOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [isSure, setIsSure] = useState(false)
  const [answer, setAnswer] = useState<BatchAnswer | null>(null)
  const [isSending, startSending] = useTransition()
  const turn = useRef(0)
  // The cells that the last save was asked for: what was answered to it stands as long as they do.
  const sent = useRef<Changes['cells'] | null>(null)
  const [isSaving, setIsSaving] = useState(false)
  const id = useId()
  const { cells } = changes
  const count = cells.size

  const send = (what: 'preview' | 'save', confirm = '') => {
    const data = new FormData()
    data.set('changes', encodeChanges([...cells.values()].map(({ change }) => change)))
    data.set('reason', reason.trim())
    data.set('confirm', confirm)
    turn.current++
    const mine = turn.current
    if (what === 'save') sent.current = cells
    setIsSaving(what === 'save')
    startSending(async () => {
      const found = await (what === 'preview' ? previewBatch(data) : saveBatch(data)).catch(() => LOST[what])
      // What was asked before a save, or before other changes, is answered by what came after it.
      if (mine !== turn.current) return
      setIsSaving(false)
      setAnswer(found)
      setIsSure(false)
      if (found.kind === 'saved') {
        onChanges((before) => afterSave(before, cells))
        setReason('')
        setIsOpen(false)
      }
      if (found.kind === 'saved') onSaved(cells)
      else if (found.kind === 'conflict') onSaved(null)
    })
  }

  // A save that was answered a moment ago may have taken these cells out of the tray already.
  const ask = useEffectEvent((due: Changes['cells']) => {
    if (!isSaving && due === cells && sent.current !== cells) send('preview')
  })
  useEffect(() => {
    if (!isOpen || isSaving || cells.size === 0) return
    const timer = setTimeout(() => ask(cells), QUIET)
    return () => clearTimeout(timer)
  }, [isOpen, isSaving, cells])

  // The first change of a new tray: what was answered is of what is saved or given up by now.
  const counted = useRef(count)
  useEffect(() => {
    if (counted.current === 0 && count > 0) setAnswer(null)
    counted.current = count
  }, [count])

  if (count === 0)
    return answer?.kind === 'saved' ? <Saved answer={answer} className="sticky bottom-0 z-5" takesFocus /> : null
  const needsReason = count > 1 && reason.trim() === ''
  // A preview under way holds no save up: its answer is passed over then.
  const isBlocked = isSaving || needsReason || answer?.kind === 'conflict'
  return (
    <section
      aria-label="Unsaved changes"
      className="sticky bottom-0 z-5 flex max-h-[70dvh] flex-col gap-3 overflow-auto rounded-md border border-accent bg-raised p-3 text-sm"
      data-hold-refresh=""
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="font-medium">
          {formatCount(count, 'change')} on {formatCount(endpointsOf(changes), 'endpoint')}, not saved
        </p>
        {!isKept && (
          <span className="text-attention text-xs">This browser does not keep them: save before you leave.</span>
        )}
        <span className="flex-1" />
        <Button
          size="sm"
          kind="quiet"
          disabled={isSending}
          onClick={() => {
            if (!window.confirm(`Give up ${formatCount(count, 'change')}?`)) return
            onChanges(() => NO_CHANGES)
            setAnswer(null)
            setReason('')
          }}
        >
          Discard all
        </Button>
        <Button
          size="sm"
          kind={isOpen ? 'secondary' : 'primary'}
          aria-expanded={isOpen}
          onClick={() => {
            // What was refused a while ago is measured anew.
            if (answer?.kind === 'refused') sent.current = null
            setIsOpen(!isOpen)
          }}
        >
          {isOpen ? 'Close' : 'Review and save'}
        </Button>
      </div>
      {answer?.kind === 'saved' && <Saved answer={answer} />}
      {isOpen && (
        <>
          {answer?.kind === 'conflict' ? (
            <ConflictList
              answer={answer}
              changes={changes}
              onResolve={(mine) => {
                onChanges((before) => resolve(before, answer.cells, mine))
                setAnswer(null)
              }}
            />
          ) : (
            <div className="grid gap-4 lg:grid-cols-2">
              <ChangeList changes={changes} onChanges={onChanges} />
              <Effects answer={answer} isWaiting={isSending} />
            </div>
          )}
          <form
            aria-label="Save the changes"
            className="flex flex-col gap-2"
            onSubmit={(event) => {
              event.preventDefault()
              if (isBlocked) return
              if (answer?.kind !== 'confirm') send('save')
              else if (isSure) send('save', answer.confirm)
            }}
          >
            {answer?.kind === 'refused' && (
              <Notice
                tone="bad"
                title={answer.message}
                live
                action={answer.signIn && <TextLink href={answer.signIn}>Sign in</TextLink>}
              >
                {answer.signIn && 'The changes wait here, in this tab.'}
              </Notice>
            )}
            {answer?.kind === 'confirm' && (
              <Notice tone="bad" title={answer.message} live>
                <Checkbox
                  className="mt-1"
                  label="I know, and it is meant to be so. The audit will say that I confirmed it."
                  checked={isSure}
                  onChange={(event) => setIsSure(event.target.checked)}
                />
              </Notice>
            )}
            <div className="flex flex-wrap items-end gap-2">
              <div className="min-w-60 flex-1">
                <Field id={id} label="Reason" optional={count === 1}>
                  <Input
                    id={id}
                    value={reason}
                    maxLength={500}
                    autoComplete="off"
                    required={count > 1}
                    onChange={(event) => setReason(event.target.value)}
                  />
                </Field>
              </div>
              <Button
                type="submit"
                kind={answer?.kind === 'confirm' ? 'danger' : 'primary'}
                aria-disabled={isBlocked || (answer?.kind === 'confirm' && !isSure) || undefined}
              >
                {isSaving
                  ? 'Saving'
                  : answer?.kind === 'confirm'
                    ? 'Save all the same'
                    : `Save ${formatCount(count, 'change')}`}
              </Button>
            </div>
            <p className="text-muted text-xs">
              All of them or none, each only if its cell still holds what you saw. {AGENTS_FOLLOW}
            </p>
          </form>
        </>
      )}
    </section>
  )
}

type SavedProps = { answer: Extract<BatchAnswer, { kind: 'saved' }>; className?: string; takesFocus?: boolean }

/** What was saved; in the place of a form that had the focus it takes it. */
function Saved({ answer, className, takesFocus = false }: SavedProps) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { activeElement, body } = document
    if (takesFocus && (!activeElement || activeElement === body || activeElement === box.current?.closest('main')))
      box.current?.querySelector('a')?.focus({ preventScroll: true })
  }, [takesFocus])
  return (
    <div ref={box} className={className}>
      <Notice
        tone="good"
        title={answer.message}
        live
        action={<TextLink href={`/acl/batches/${answer.auditId}`}>See or revert this batch</TextLink>}
      >
        {AGENTS_FOLLOW}
      </Notice>
    </div>
  )
}
