'use server'

import { z } from 'zod'
import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { changeView, chooseDefault, removeView, saveView } from './mutations'

const text = z.string({ error: 'Something is missing in this form.' })
const named = z.string({ error: 'Give the view a name.' })
const box = z
  .string()
  .optional()
  .transform((value) => value === 'on')

/** Saves the list as it is shown under a name. */
export async function keepView(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: z.object({ list: text, query: text, name: named, shared: box }),
    formData,
    keep: ['name'],
    run: async (viewer, input) => {
      const { name } = await saveView(viewer, input)
      return { message: `1 view saved: ${name}${input.shared ? ', for everybody' : ''}.` }
    },
  })
}

/** Renames a view, shares it or takes it back. */
export async function editView(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: z.object({ view: text, name: named, shared: box }),
    formData,
    keep: ['name'],
    run: async (viewer, { view, name, shared }) => {
      const changed = await changeView(viewer, view, { name, shared })
      return { message: `1 view changed: ${changed.name}, ${shared ? 'for everybody' : 'for its maker alone'}.` }
    },
  })
}

/** Removes a view. */
export async function dropView(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: z.object({ view: text }),
    formData,
    run: async (viewer, { view }) => ({ message: `1 view removed: ${(await removeView(viewer, view)).name}.` }),
  })
}

/** Opens the list with a view from now on, or as it is. */
export async function openWith(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: z.object({ list: text, view: text }),
    formData,
    run: async (viewer, { list, view }) => {
      const { name } = await chooseDefault(viewer, list, view === '' ? null : view)
      return { message: name === null ? 'The list opens as it is again.' : `The list opens with ${name} for you.` }
    },
  })
}
