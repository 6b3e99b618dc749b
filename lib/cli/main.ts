import { parseArgs } from 'node:util'
import { aclCommands } from '@/lib/cli/acl'
import { aclImportCommands } from '@/lib/cli/acl-import'
import { auditCommands } from '@/lib/cli/audit'
import { type Call, type Command, type Io, OperatorError, type Option, type ParseOptions } from '@/lib/cli/command'
import { dbCommands } from '@/lib/cli/db'
import { investigatorCommands } from '@/lib/cli/investigator'
import { roleCommands } from '@/lib/cli/role'
import { tokenCommands } from '@/lib/cli/token'
import { DatabaseProblem } from '@/lib/db/setup'

// One file per group: a new group adds its list here.
const COMMANDS: readonly Command[] = [
  ...dbCommands,
  ...investigatorCommands,
  ...roleCommands,
  ...tokenCommands,
  ...aclCommands,
  ...aclImportCommands,
  ...auditCommands,
]

const EVERYWHERE: Record<string, Option> = {
  help: { type: 'boolean', help: 'what the command does and its options' },
  json: { type: 'boolean', help: 'print one JSON document instead of text' },
}

const CALL = 'npm run mig-dashboard --'

/** Runs the operator's command line and returns the exit code: 0 done, 1 not done or not in order, 2 called wrongly. */
export async function runCli(argv: readonly string[], io: Io, commands = COMMANDS): Promise<number> {
  let json = argv.includes('--json')
  try {
    const { values, positionals } = parse(argv, commands)
    json = values.json === true
    const command = findCommand(positionals, commands)
    if (values.help === true || positionals.length === 0) {
      io.out(command ? commandHelp(command) : overview(commands, positionals[0]))
      return 0
    }
    if (!command && positionals.length === 1 && commands.some(({ name }) => name.startsWith(`${positionals[0]} `))) {
      io.err(overview(commands, positionals[0]))
      return 2
    }
    if (!command)
      throw new OperatorError(
        `There is no command "${positionals.slice(0, 2).join(' ')}": ${CALL} --help lists them.`,
        2,
      )
    const args = positionals.slice(command.name.split(' ').length)
    checkCall(command, args, values)
    return await command.run({ args, options: values, json, io })
  } catch (error) {
    if (!(error instanceof OperatorError) && !(error instanceof DatabaseProblem)) throw error
    io.err(error.message)
    if (json) io.out(JSON.stringify({ error: error.message }))
    return error instanceof OperatorError ? error.exitCode : 1
  }
}

// Options may stand before the command's name, so all commands' options are known while parsing.
function parse(
  argv: readonly string[],
  commands: readonly Command[],
): { values: Call['options']; positionals: string[] } {
  const options: ParseOptions = {}
  for (const source of [EVERYWHERE, ...commands.map((command) => command.options ?? {})])
    for (const [name, { type }] of Object.entries(source)) options[name] = { type }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    return { values: values as Call['options'], positionals }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new OperatorError(`${said.split('. ')[0]?.replace(/\.$/, '')}: ${CALL} --help lists the options.`, 2)
  }
}

function findCommand(positionals: string[], commands: readonly Command[]): Command | undefined {
  return commands.find((command) => command.name.split(' ').every((word, i) => positionals[i] === word))
}

function checkCall(command: Command, args: string[], values: Call['options']): void {
  const known = { ...EVERYWHERE, ...command.options }
  for (const name of Object.keys(values))
    if (!(name in known))
      throw new OperatorError(`"${command.name}" has no option --${name}: ${CALL} ${command.name} --help.`, 2)
  const names = command.args ?? []
  const needed = names.filter((name) => !name.startsWith('['))
  if (args.length < needed.length)
    throw new OperatorError(
      `"${command.name}" needs ${needed.slice(args.length).join(' and ')}: ${CALL} ${command.name} --help.`,
      2,
    )
  if (args.length > names.length && !names.at(-1)?.endsWith('…'))
    throw new OperatorError(`"${command.name}" does not know what to do with "${args[names.length]}".`, 2)
}

function usage(command: Command): string {
  return [command.name, ...(command.args ?? [])].join(' ')
}

function overview(commands: readonly Command[], group?: string): string {
  const listed = commands.filter((command) => command.name.startsWith(`${group} `))
  const shown = listed.length > 0 ? listed : commands
  const width = Math.max(...shown.map((command) => usage(command).length))
  return [
    "The operator's command line of the MIG dashboard.",
    '',
    `${CALL} COMMAND [OPTIONS]`,
    '',
    ...shown.map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`),
    '',
    ...optionLines(EVERYWHERE),
    '',
    'Settings come from the environment and the file .env, DATABASE_URL first of all.',
    'Exit code: 0 done, 1 not done or not in order, 2 called wrongly.',
  ].join('\n')
}

function commandHelp(command: Command): string {
  const lines = [`${CALL} ${usage(command)} [OPTIONS]`, '', `${command.summary}.`]
  if (command.help) lines.push('', command.help)
  return [...lines, '', ...optionLines({ ...command.options, ...EVERYWHERE })].join('\n')
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  const shown = Object.entries(options).map(
    ([name, o]) => [`--${name}${o.value ? ` ${o.value}` : ''}`, o.help] as const,
  )
  const width = Math.max(...shown.map(([left]) => left.length))
  return shown.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`)
}
