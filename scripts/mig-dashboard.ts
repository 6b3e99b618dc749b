import { runCli } from '@/lib/cli/main'
import { loadDotEnv } from '@/lib/env'

loadDotEnv(process.cwd())
const write = (stream: NodeJS.WriteStream) => (text: string) => {
  stream.write(`${text}\n`)
}
const code = await runCli(process.argv.slice(2), {
  out: write(process.stdout),
  err: write(process.stderr),
  environment: process.env,
})
// Prisma's engine leaves a timer of ten seconds; what was written must reach a pipe before the end.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
