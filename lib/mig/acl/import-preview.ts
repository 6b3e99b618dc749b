import { z } from 'zod'

const cell = z.object({
  line: z.number(),
  agentid: z.string(),
  name: z.string(),
  module: z.string(),
  investigator: z.string().nullable(),
  seen: z.number().nullable(),
  value: z.number().nullable(),
})

/** What importing a file would do: figures, the first cells that change and the first lines that are refused. */
export const importPreviewSchema = z.object({
  table: z.enum(['agtmodreq', 'invagtmodperm']),
  lines: z.number(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  cells: z.array(cell),
  refusals: z.array(z.object({ line: z.number(), why: z.string() })),
})

export type ImportPreview = z.infer<typeof importPreviewSchema>

/** How many cells and refused lines the preview names. */
export const SHOWN_IMPORTS = 200
