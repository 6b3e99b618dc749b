import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { SIZES } from '@/lib/data-set/sizes'
import { queriesPage } from './explained'
import { compare as compareResults, completed, markdown, type Results } from './report'
import { runBench } from './run'

const USAGE = `npm run bench -- [--size S|L|XL] [--dir DIR] [--requests N] [--only PATTERN] [--skip PART,…] [--compare FILE]

Measures the production build on a data set: every page with the SQL of it run bare, what the design gives limits for,
exports, JavaScript and a crowd of people; prints what it finds, and writes bench/results.md, bench/results.json and, with
the plans of the ten most important statements, docs/queries.md. It takes an hour on data set L, and 20 GB of disk.

  --size S|L|XL     how large (L)
  --dir DIR         where its database is kept for the next time (.data/bench-SIZE)
  --requests N      requests of each page (200); a quarter with tuned settings
  --longest SECONDS how long one page is asked for (60): of one that takes longer than a third of a second there are fewer
  --only PATTERN    only pages whose name matches; nothing is written then, but with --as
  --skip PART,…     leave out: settle (waiting for what the site makes once), cold, tuned, beside, plans, exports, load
  --keep            what this run leaves out stays as the last one found it; with --only the plans do
  --as NAME         writes results-NAME.md and .json instead: for a part, or another size
  --minutes N       how long the crowd clicks (5)
  --out DIR         where the results go, plans too (bench, and docs)
  --compare FILE    the results.json of an earlier run: says what became slower or faster
  --help            this text`

/** Runs the command line; returns the exit code: 0 measured, 1 not, 2 called wrongly. */
async function main(argv: readonly string[]): Promise<number> {
  const options = {
    size: { type: 'string', default: 'L' },
    dir: { type: 'string' },
    requests: { type: 'string', default: '200' },
    only: { type: 'string' },
    skip: { type: 'string', default: '' },
    longest: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
    as: { type: 'string' },
    out: { type: 'string' },
    compare: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values } = parseArgs({ args: [...argv], options })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const from = (file: string) => path.resolve(process.env.INIT_CWD ?? '.', file)
  const size = SIZES[values.size.toUpperCase()]
  const [requests, longest, minutes] = [values.requests, values.longest, values.minutes].map(Number) as [
    number,
    number,
    number,
  ]
  if (!size || !(requests >= 1) || !(longest > 0) || !(minutes > 0)) {
    console.error(USAGE)
    return 2
  }
  const earlier =
    values.compare === undefined ? null : (JSON.parse(readFileSync(from(values.compare), 'utf8')) as Results)
  const measured = await runBench({
    size: size.name,
    dir: values.dir === undefined ? path.resolve(`.data/bench-${size.name}`) : from(values.dir),
    requests,
    longest,
    minutes,
    only: values.only === undefined ? null : new RegExp(values.only),
    // Plans are written as a whole.
    skip: new Set([
      ...values.skip.split(',').filter(Boolean),
      ...(values.keep && values.only && values.as === undefined ? ['plans'] : []),
    ]),
    say: (line) => console.error(line),
  })
  const last = resultsFile(values.as, values.out === undefined ? null : from(values.out), 'json')
  const results =
    values.keep && existsSync(last) ? completed(JSON.parse(readFileSync(last, 'utf8')) as Results, measured) : measured
  const text = markdown(results)
  console.log(text)
  if (earlier) console.log(compareResults(earlier, results).join('\n'))
  if (values.only === undefined || values.as !== undefined || values.keep)
    write(values.as, values.out === undefined ? null : from(values.out), results)
  return 0
}

const resultsFile = (name: string | undefined, out: string | null, ending: string) =>
  path.join(out ?? 'bench', `results${name === undefined ? '' : `-${name}`}.${ending}`)

/** Writes the results into a folder, or where they are kept; plans only of a whole run, which has no name. */
function write(name: string | undefined, out: string | null, results: Results): void {
  const { queries, ...rest } = results
  const file = (ending: string) => resultsFile(name, out, ending)
  if (!existsSync(path.dirname(file('md')))) return
  const others = readdirSync(path.dirname(file('md'))).filter((one) => /^results-.+\.md$/.test(one))
  writeFileSync(file('md'), markdown(results, name === undefined ? others : []))
  writeFileSync(file('json'), `${JSON.stringify(rest, null, 2)}\n`)
  console.error(`Written: ${file('md')} and ${file('json')}`)
  if (name !== undefined || queries.length === 0) return
  const plans = path.join(out ?? 'docs', 'queries.md')
  writeFileSync(plans, queriesPage(queries, { size: results.size, postgres: results.machine.postgres }))
  console.error(`Written: ${plans}`)
}

process.exit(await main(process.argv.slice(2)))
