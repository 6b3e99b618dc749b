import { parseArgs } from 'node:util'
import { buildOnly, startSite } from '@/lib/start/site'

const USAGE = `npm start            build if needed, start the database and serve; settings: .env.example
npm run dev          the same with hot reload
npm start -- --build only build, for an image or a machine where the program may not write its own folder
npm start -- --help  this text`

let options: { dev?: boolean; build?: boolean; help?: boolean } = {}
try {
  options = parseArgs({
    options: { dev: { type: 'boolean' }, build: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  }).values
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`)
  process.exit(2)
}
if (options.help) {
  console.log(USAGE)
  process.exit(0)
}
if (options.build) await buildOnly(process.cwd())
else await startSite(process.cwd(), { dev: options.dev === true })
