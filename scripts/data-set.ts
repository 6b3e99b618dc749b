import { runDataSet } from '@/lib/data-set/cli'
import { loadDotEnv } from '@/lib/env'

loadDotEnv(process.cwd())
const code = await runDataSet(process.argv.slice(2), {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  environment: process.env,
})
// Prisma's engine leaves a timer of ten seconds.
process.exit(code)
