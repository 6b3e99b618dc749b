import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export type Finished = { code: number; output: string }

const running = new Set<ChildProcess>()

/** Ends what `runNode` has running; for the end of this process. */
export async function endRunning(): Promise<void> {
  await Promise.all([...running].map((child) => endChild(child, 3_000)))
}

/** Runs `node ARGS` to its end and returns its exit code (128 for a signal) and the end of its output. */
export function runNode(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        output = (output + text).slice(-40_000)
      })
    }
    child.once('error', (error) => {
      running.delete(child)
      resolve({ code: 1, output: error.message })
    })
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code: code ?? 128, output })
    })
  })
}

/**
 * Starts `node ARGS` with a channel to this process, by which it notices that this process is gone (scripts/follow-parent.cjs).
 * Its lines of output go to ours, but for those that `drop` matches; with 'quiet' none do.
 */
export function startNode(
  args: string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'> & { output: 'quiet' | { drop?: RegExp } },
): ChildProcess {
  const { output, ...rest } = options
  const stdio = output === 'quiet' ? 'ignore' : 'pipe'
  const child = spawn(process.execPath, args, {
    ...rest,
    stdio: ['ignore', stdio, stdio === 'pipe' ? 'inherit' : stdio, 'ipc'],
  })
  if (child.stdout && output !== 'quiet')
    createInterface(child.stdout).on('line', (line) => {
      if (!output.drop?.test(line)) console.log(line)
    })
  return child
}

/** Settles when a child has ended, with what to say of it: 'exit code 1', 'signal SIGKILL'. */
export function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const tell = () => resolve(child.signalCode ? `signal ${child.signalCode}` : `exit code ${child.exitCode}`)
    if (child.exitCode !== null || child.signalCode !== null) return tell()
    child.once('exit', tell)
    child.once('error', (error) => resolve(error.message))
  })
}

/** Ends a child: SIGTERM, and SIGKILL when it is still there after the grace period in milliseconds. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  const gone = ended(child)
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await gone
  clearTimeout(timer)
}
