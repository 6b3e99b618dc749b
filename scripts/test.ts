import { runTests, TEST_PARTS, type TestPart } from '@/lib/testing/run'

const USAGE = `npm test                 everything: lock file, types, lint, unit, database, build, browser
npm run test:long        the same with the long form of the tests that have one
npm run verify           lock file, types, lint, unit
npm run test:unit        one part; so do test:db and test:e2e; what follows -- goes to vitest or Playwright`

const words = process.argv.slice(2)
if (words.includes('--help') || words.includes('-h')) {
  console.log(USAGE)
  process.exit(0)
}
const long = words.includes('--long')
const [first = 'all', ...rest] = words.filter((word) => word !== '--long')
const isPart = (word: string): word is TestPart => (TEST_PARTS as readonly string[]).includes(word)
if (!isPart(first) || (rest.length > 0 && !['unit', 'db', 'e2e'].includes(first))) {
  console.error(USAGE)
  process.exit(2)
}
process.exit(await runTests(process.cwd(), first, { long, args: rest }))
