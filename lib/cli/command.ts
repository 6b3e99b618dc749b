import type { ParseArgsConfig } from 'node:util'

export type OptionValues = Record<string, string | boolean | undefined>

/** One option of a command; the same name means the same thing in all commands. */
export type Option = { type: 'string' | 'boolean'; value?: string; help: string }

/** What a command prints to and reads from; the tests give their own. */
export type Io = {
  out: (text: string) => void
  err: (text: string) => void
  environment: Record<string, string | undefined>
  /** Puts a question to the person at the terminal; absent where there is none. */
  ask?: (question: string) => Promise<string>
  /** All of standard input. */
  read?: () => Promise<string>
}

export type Call = {
  /** What stands after the command's name. */
  args: string[]
  options: OptionValues
  json: boolean
  io: Io
}

/** A command of the operator's command line; its group is the first word of its name. */
export type Command = {
  /** 'db check' */
  name: string
  summary: string
  /** More for --help: what it does, what its exit code means. */
  help?: string
  /** Names of what stands after the command; one in brackets may be left out. */
  args?: readonly string[]
  options?: Readonly<Record<string, Option>>
  /** Returns the exit code. A thrown OperatorError becomes its sentence and its exit code. */
  run: (call: Call) => Promise<number>
}

/** An expected failure of a command, as one sentence. Exit code 1: it did not work; 2: it was called wrongly. */
export class OperatorError extends Error {
  override name = 'OperatorError'
  readonly exitCode: number

  constructor(sentence: string, exitCode = 1) {
    super(sentence)
    this.exitCode = exitCode
  }
}

export type ParseOptions = NonNullable<ParseArgsConfig['options']>
