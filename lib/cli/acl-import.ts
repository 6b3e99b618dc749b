import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { asOperator, confirm, printable, table, YES_OPTION } from '@/lib/cli/people-database'
import { formatCount, formatNumber } from '@/lib/format'
import { AGENTS_FOLLOW } from '@/lib/mig/acl/batch-words'
import type { BatchAnswer, BatchEffects } from '@/lib/mig/acl/change'
import { previewImport } from '@/lib/mig/acl/import'
import { type ImportFile, MOST_BYTES_OPERATOR, MOST_LINES_OPERATOR, readImportFile } from '@/lib/mig/acl/import-file'
import type { ImportPreview } from '@/lib/mig/acl/import-preview'
import { runBatch } from '@/lib/mig/acl/mutations'

// A batch of that many cells is measured in parts.
const TIMEOUT_MS = 30 * 60_000
const SHOWN = 20

const HELP = `FILE is what a matrix exports: CSV, NDJSON or a JSON list, with - for standard input. The difference from the tables is printed
first; a line whose names or ids are unknown or contradict each other is named on standard error, and nothing is saved while
there is one, unless --partly says so. The rest, of 1,000,000 lines at most, is one batch in one transaction, with its reason in the audit. What would take
the last people away who can run something wants --confirm-lockout. Exit code 1 when nothing was saved, or not all of it.`

const importCommand: Command = {
  name: 'acl import',
  summary: 'Writes the cells of an exported matrix back',
  args: ['FILE'],
  help: HELP,
  options: {
    ...YES_OPTION,
    'dry-run': { type: 'boolean', help: 'show the difference and what it does, and save nothing' },
    reason: { type: 'string', value: 'TEXT', help: 'why; needed for more than one cell' },
    partly: { type: 'boolean', help: 'save the other lines where some are refused' },
    'confirm-lockout': { type: 'boolean', help: 'save it even where nobody will be able to run a module any more' },
  },
  run: importFile,
}

async function importFile(call: Call): Promise<number> {
  const file = await fileOf(call)
  const isDry = call.options['dry-run'] === true
  const reason = call.options.reason === undefined ? null : String(call.options.reason)
  return asOperator(call, async (viewer) => {
    const { preview, changes } = await previewImport(viewer, file, MOST_LINES_OPERATOR)
    for (const { line, why } of preview.refusals) call.io.err(`Line ${line} is refused: ${printable(why)}`)
    if (preview.refused > preview.refusals.length)
      call.io.err(`${formatCount(preview.refused - preview.refusals.length, 'more line')} refused.`)
    if (!call.json) call.io.out(differenceText(preview))
    const told = (answer: BatchAnswer | null, code: number) => {
      if (call.json) call.io.out(JSON.stringify({ ...preview, answer }))
      return code
    }
    if (preview.refused > 0 && call.options.partly !== true && !isDry) {
      call.io.err('Nothing was saved: correct these lines, or say --partly.')
      return told(null, 1)
    }
    if (changes.length === 0) {
      if (!call.json) call.io.out('Nothing would change.')
      return told(null, preview.refused > 0 ? 1 : 0)
    }
    if (!isDry) {
      if (changes.length > 1 && !reason?.trim())
        throw new OperatorError(`Say with --reason why these ${formatCount(changes.length, 'cell')} change.`, 2)
      await confirm(call, `${formatCount(changes.length, 'cell')} will be written.`)
    }
    const batch = {
      kind: 'import' as const,
      reason,
      cells: changes,
      confirmed: call.options['confirm-lockout'] === true,
    }
    const answer = await runBatch(viewer, batch, { preview: isDry, timeout: TIMEOUT_MS })
    if ('effects' in answer && !call.json) call.io.out(effectsText(answer.effects))
    if (answer.kind === 'preview') {
      if (!call.json) call.io.out('Nothing was saved: a dry run.')
      return told(answer, preview.refused > 0 ? 1 : 0)
    }
    if (answer.kind === 'saved') {
      if (!call.json) call.io.out(`${printable(answer.message)}\nBatch ${answer.auditId}. ${AGENTS_FOLLOW}`)
      return told(answer, preview.refused > 0 ? 1 : 0)
    }
    call.io.err(
      answer.kind === 'confirm' ? `${printable(answer.message)} With --confirm-lockout.` : printable(answer.message),
    )
    return told(answer, 1)
  })
}

// By itself, so that the text is gone when its lines are looked up.
async function fileOf(call: Call): Promise<ImportFile> {
  return readImportFile(await textOf(call), MOST_LINES_OPERATOR)
}

async function textOf({ args, io }: Call): Promise<string> {
  const [name = ''] = args
  if (name === '-') {
    if (!io.read) throw new OperatorError('There is no standard input here: name a file.', 2)
    try {
      return await io.read()
    } catch (error) {
      if (error instanceof RangeError)
        throw new OperatorError(tooLarge('Standard input has more than', MOST_BYTES_OPERATOR))
      throw error
    }
  }
  // Meant from where the operator is.
  const file = path.resolve(io.environment.INIT_CWD ?? process.cwd(), name)
  try {
    const { size } = await stat(file)
    if (size > MOST_BYTES_OPERATOR) throw new OperatorError(tooLarge(`${printable(file)} has`, size))
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (error) {
    if (error instanceof OperatorError) throw error
    if (error instanceof TypeError) throw new OperatorError(`${printable(file)} is no text in UTF-8.`)
    throw new OperatorError(`${printable(file)} cannot be read: ${(error as NodeJS.ErrnoException).code}.`)
  }
}

const megabytes = (bytes: number) => `${formatNumber(Math.ceil(bytes / 1_000_000))} MB`

const tooLarge = (what: string, bytes: number) =>
  `${what} ${megabytes(bytes)}. One batch takes a file of ${megabytes(MOST_BYTES_OPERATOR)} and ${formatNumber(MOST_LINES_OPERATOR)} lines at most: split it, with the first line in each part. Nothing was saved.`

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

function differenceText({ lines, added, changed, removed, unchanged, refused, cells }: ImportPreview): string {
  const figures = `${formatCount(lines, 'line')}: ${formatNumber(added)} new, ${formatNumber(changed)} changed, ${formatNumber(removed)} removed, ${formatNumber(unchanged)} unchanged, ${formatNumber(refused)} refused.`
  if (cells.length === 0) return figures
  const shown = cells.slice(0, SHOWN)
  const headings = ['LINE', 'ENDPOINT', 'AGENT', 'MODULE', 'INVESTIGATOR', 'IS', 'BECOMES']
  const rows = shown.map(({ line, name, agentid, module, investigator, seen, value }) => [
    String(line),
    name,
    agentid,
    module,
    investigator ?? '',
    words(seen),
    words(value),
  ])
  const more = added + changed + removed - shown.length
  return `${figures}\n${table(headings, rows)}${more > 0 ? `\n… and ${formatNumber(more)} more` : ''}`
}

function effectsText({ endpoints, anyone, alone }: BatchEffects): string {
  const said = (what: string, { gained, lost }: { gained: number; lost: number }) =>
    `${what} ${formatNumber(gained)} gained and ${formatNumber(lost)} lost`
  return `On ${formatCount(endpoints, 'endpoint')}, pairs of endpoint and module that can be run: ${said('by anyone', anyone)}, ${said('by one person alone', alone)}.`
}

export const aclImportCommands: readonly Command[] = [importCommand]
