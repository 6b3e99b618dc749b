'use server'

import type { FormState } from '@/lib/form-state'
import { runServerAction } from '@/lib/server-action'
import { addModule, markModule, removeModule, renameModule } from './mutations'
import { addModuleSchema, markModuleSchema, removeModuleSchema, renameModuleSchema } from './schema'

/** Adds a module. */
export async function saveModule(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: addModuleSchema,
    formData,
    keep: ['name'],
    run: async (viewer, input) => {
      const { id, name } = await addModule(viewer, input)
      return { message: `1 module added: ${name}, with the id ${id}. It has no rules yet.`, values: { id } }
    },
  })
}

/** Gives a module another name. */
export async function rename(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: renameModuleSchema,
    formData,
    keep: ['name'],
    run: async (viewer, input) => {
      const { name } = await renameModule(viewer, input)
      return { message: `1 module renamed: it is ${name} now.` }
    },
  })
}

/** Removes a module that nothing uses. */
export async function remove(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: removeModuleSchema,
    formData,
    run: async (viewer, input) => {
      const { name } = await removeModule(viewer, input)
      return { message: `1 module removed: ${name}.` }
    },
  })
}

/** Marks a module as sensitive, or takes the mark away. */
export async function mark(_state: FormState, formData: FormData): Promise<FormState> {
  return runServerAction({
    schema: markModuleSchema,
    formData,
    run: async (viewer, input) => {
      const { name } = await markModule(viewer, input)
      return { message: input.mark === 'on' ? `${name} is marked sensitive.` : `${name} is not sensitive any more.` }
    },
  })
}
