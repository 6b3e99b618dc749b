import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { runCli } from '@/lib/cli/main'
import { loadDotEnv } from '@/lib/env'

loadDotEnv(process.cwd())
const write = (stream: NodeJS.WriteStream) => (text: string) => {
  stream.write(`${text}\n`)
}
// On standard error: standard output may go to a file or a pipe.
const ask = async (question: string) => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-D is no answer.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const answer = await Promise.race([terminal.question(question), closed])
  terminal.close()
  return answer
}
const code = await runCli(process.argv.slice(2), {
  out: write(process.stdout),
  err: write(process.stderr),
  environment: process.env,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  read: () => text(process.stdin),
})
// Prisma's engine leaves a timer of ten seconds; what was written must reach a pipe before the end.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
