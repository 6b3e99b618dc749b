import { Button } from '@/components/ui/button'

const FORM = 'pick-two'

/** The form that the boxes of a list's rows belong to: two picked commands are shown side by side. */
export function PickTwo({ action }: { action: string }) {
  return (
    <form id={FORM} action={`/actions/${action}/results/difference`} className="no-print flex items-center gap-2">
      <Button type="submit" size="sm" icon="double">
        Difference of two
      </Button>
      <span className="text-faint text-xs">pick two rows</span>
    </form>
  )
}

/** The box of a row. */
export function PickBox({ command, of }: { command: string; of: string }) {
  return (
    <label className="relative z-1 inline-flex size-6 items-center justify-center">
      <input
        type="checkbox"
        name="pick"
        value={command}
        form={FORM}
        aria-label={`Pick ${of} for the difference`}
        className="size-4 accent-accent-solid"
      />
    </label>
  )
}
