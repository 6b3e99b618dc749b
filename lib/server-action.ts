import 'server-only'
import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import type { z } from 'zod'
import { signInHref } from '@/lib/auth/next-path'
import { requireViewer, type Viewer } from '@/lib/auth/viewer'
import { isCollision, isTimeout, isUnavailable } from '@/lib/db/availability'
import { AppError } from '@/lib/errors'
import type { FormState } from '@/lib/form-state'

/** What a write did, in a sentence with numbers. */
export type Outcome = {
  message: string
  values?: Record<string, string>
  /** What the form shows beside the sentence. */
  detail?: unknown
  /** Nothing was written: it was a look before. */
  unchanged?: boolean
}

/**
 * The way of every write: viewer, input schema, the mutation, refresh. Expected failures become a sentence beside the form
 * with the typed values kept; unexpected ones are thrown on.
 */
export async function runServerAction<Input>({
  schema,
  formData,
  run,
  keep = [],
}: {
  schema: z.ZodType<Input>
  formData: FormData
  run: (viewer: Viewer, input: Input) => Promise<Outcome>
  /** Fields whose typed text is given back when the write was refused. Never name a secret here. */
  keep?: string[]
}): Promise<FormState> {
  const typed = Object.fromEntries([...formData.entries()].filter(([name]) => !name.startsWith('$ACTION')))
  const values = Object.fromEntries(keep.map((name) => [name, String(typed[name] ?? '')]))
  try {
    const viewer = await requireViewer()
    const parsed = schema.safeParse(typed)
    if (!parsed.success) {
      const fields = Object.fromEntries(
        parsed.error.issues.map((issue) => [String(issue.path[0] ?? ''), issue.message]),
      )
      return { status: 'error', message: parsed.error.issues[0]?.message ?? 'The input is not right.', fields, values }
    }
    const outcome = await run(viewer, parsed.data)
    if (!outcome.unchanged) revalidatePath('/', 'layout')
    return {
      status: 'ok',
      message: outcome.message,
      values: outcome.values ?? (outcome.unchanged ? values : undefined),
      detail: outcome.detail,
    }
  } catch (error) {
    if (error instanceof AppError) {
      const refused: FormState = { status: 'error', message: error.message, values }
      if (error.code === 'unauthenticated') refused.signIn = signInHref((await headers()).get('x-mig-path'))
      return refused
    }
    if (isUnavailable(error))
      return { status: 'error', message: 'The database is away: nothing was changed. Try again in a moment.', values }
    if (isTimeout(error))
      return { status: 'error', message: 'The database took too long: nothing was changed. Try again.', values }
    if (isCollision(error))
      return {
        status: 'error',
        message: 'Somebody changed the same at the same moment: nothing was changed. Try again.',
        values,
      }
    throw error
  }
}
