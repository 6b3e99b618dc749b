import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buildSite } from '@/lib/start/build'
import { checkDataFolder, keptActionsKey } from '@/lib/start/checks'
import { generateClient } from '@/lib/start/generate'
import { whenNpmIsGone } from '@/lib/start/parent'
import { lockProblems } from '@/lib/testing/lock'
import { type Counts, playwrightReport, type Report, vitestReport } from '@/lib/testing/reports'
import { testEnvironment } from '@/lib/testing/site'
import { findBrowser, THREE_WAYS } from '../../e2e/browser'

export const TEST_PARTS = ['all', 'verify', 'unit', 'db', 'e2e'] as const
export type TestPart = (typeof TEST_PARTS)[number]
export type TestOptions = { long: boolean; args: string[] }

/** Runs a part of the tests, prints `N passed, M failed` as the last line and returns the exit code. */
export async function runTests(root: string, part: TestPart, options: TestOptions): Promise<number> {
  const run = new TestRun(root, options)
  whenNpmIsGone(() => run.abort())
  const all = part === 'all'
  try {
    // First, so that nobody waits for minutes to hear of it.
    if ((all || part === 'e2e') && !(await run.browser())) return run.finish()
    if (!(await run.check('Database client', async () => void (await generateClient(root)), { counts: false })))
      return run.finish()
    if (all || part === 'verify') {
      await run.check('Lock file', () =>
        throwLines(lockProblems(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))),
      )
      await run.command('Types of the routes', 'next/dist/bin/next', ['typegen'], { counts: false })
      await run.command('Types', 'typescript/bin/tsc', ['--noEmit', '-p', '.'])
      await run.command('Lint, format, import rules', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'])
    }
    if (all || part === 'verify' || part === 'unit') await run.vitest('unit')
    if (all || part === 'db') await run.vitest('db')
    if ((all || part === 'e2e') && (await run.build())) await run.playwright()
    return run.finish()
  } finally {
    run.close()
  }
}

class TestRun {
  private readonly root: string
  private readonly options: TestOptions
  private readonly env: NodeJS.ProcessEnv
  private readonly reports = mkdtempSync(path.join(os.tmpdir(), 'mig-dashboard-report-'))
  private readonly total: Counts = { passed: 0, failed: 0, skipped: 0 }
  private readonly failures: string[] = []
  private readonly triedAgain: string[] = []

  constructor(root: string, options: TestOptions) {
    this.root = root
    this.options = options
    const chromium = process.env.CHROMIUM_PATH
    this.env = testEnvironment({
      NEXT_TELEMETRY_DISABLED: '1',
      ...(chromium ? { CHROMIUM_PATH: chromium } : {}),
      ...(options.long ? { LONG: '1' } : {}),
    })
  }

  private endCurrent = () => {}

  /** Ends what is running, for a run whose npm was ended. */
  abort(): void {
    this.endCurrent()
    this.close()
    process.exit(1)
  }

  close(): void {
    rmSync(this.reports, { recursive: true, force: true })
  }

  finish(): number {
    const { passed, failed, skipped } = this.total
    // Once more at the end: who reads a long log reads its end.
    if (this.triedAgain.length > 0)
      console.log(`\nPassed only when tried again:\n${this.triedAgain.map((one) => `! ${one}`).join('\n')}`)
    if (this.failures.length > 0) console.log(`\nFailed:\n${this.failures.map((one) => `✗ ${one}`).join('\n')}`)
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
    return failed > 0 ? 1 : 0
  }

  private add(counts: Counts): void {
    for (const key of ['passed', 'failed', 'skipped'] as const) this.total[key] += counts[key]
  }

  /** One check: passes unless it throws. Without `counts` only its failure counts. */
  async check(what: string, task: () => void | Promise<void>, { counts = true } = {}): Promise<boolean> {
    const started = performance.now()
    let problem = ''
    try {
      await task()
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    this.verdict(what, started, problem, counts)
    return problem === ''
  }

  private verdict(what: string, started: number, problem: string, counts: boolean): void {
    if (problem) console.log(problem)
    console.log(`${problem ? '✗' : '✓'} ${what} ${((performance.now() - started) / 1000).toFixed(1)} s`)
    if (problem) {
      this.add({ passed: 0, failed: 1, skipped: 0 })
      this.failures.push(`${what}: ${problem}`)
    } else if (counts) this.add({ passed: 1, failed: 0, skipped: 0 })
  }

  async command(what: string, bin: string, args: string[], { counts = true } = {}): Promise<boolean> {
    const started = performance.now()
    const code = await this.node(bin, args)
    this.verdict(what, started, code === 0 ? '' : `${what}: exit code ${code}`, counts)
    return code === 0
  }

  /** Runs a tool of node_modules with its output on ours. */
  private node(bin: string, args: string[], extra: Record<string, string> = {}): Promise<number> {
    return this.program(process.execPath, [path.join(this.root, 'node_modules', bin), ...args], extra)
  }

  private program(file: string, args: string[], extra: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve) => {
      const child = spawn(file, args, {
        cwd: this.root,
        env: { ...this.env, ...extra },
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      // A terminal tells the whole group of Ctrl-C; SIGTERM only us.
      const pass = () => child.kill('SIGTERM')
      const wait = () => {}
      process.on('SIGTERM', pass).on('SIGINT', wait)
      this.endCurrent = pass
      const end = (code: number) => {
        process.off('SIGTERM', pass).off('SIGINT', wait)
        resolve(code)
      }
      child.once('error', () => end(127))
      child.once('close', (code) => end(code ?? 128))
    })
  }

  async vitest(project: 'unit' | 'db'): Promise<void> {
    const report = path.join(this.reports, `${project}.json`)
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await this.node('vitest/vitest.mjs', ['run', '--project', project, ...reporters, ...this.options.args])
    this.report(project, vitestReport(report), code)
  }

  async playwright(): Promise<void> {
    const report = path.join(this.reports, 'e2e.json')
    const code = await this.node('@playwright/test/cli.js', ['test', '--reporter=list,json', ...this.options.args], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    })
    this.report('e2e', playwrightReport(report), code)
  }

  /** Adds a tool's report; a tool that failed although all its tests passed has one failure more. */
  private report(part: string, { counts, failures, triedAgain }: Report, code: number): void {
    this.add(counts)
    this.triedAgain.push(...triedAgain)
    this.failures.push(...failures.map((one) => `${part}: ${one}`))
    if (code === 0 || counts.failed > 0) return
    this.add({ passed: 0, failed: 1, skipped: 0 })
    this.failures.push(`${part}: exit code ${code} although no test failed: an error outside of a test`)
  }

  build(): Promise<boolean> {
    const dataDir = path.join(this.root, '.data')
    return this.check('Production build', async () => {
      checkDataFolder(dataDir)
      await buildSite(this.root, keptActionsKey(dataDir))
    })
  }

  /** Finds a browser, or tries the two ways to get one; false, counted as a failure, when there is none. */
  async browser(): Promise<boolean> {
    let browser = findBrowser(this.env)
    if (!browser.found && !this.env.CHROMIUM_PATH) {
      console.log('No browser found: trying to get one.')
      await this.node('@playwright/test/cli.js', ['install', 'chromium'])
      browser = findBrowser(this.env)
    }
    if (!browser.found && !this.env.CHROMIUM_PATH && process.getuid?.() === 0) {
      const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
      if ((await this.program('apt-get', ['update', '-q'], quiet)) === 0)
        await this.program('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], quiet)
      browser = findBrowser(this.env)
    }
    const found = browser
    return this.check(
      `Browser${found.found ? `: ${found.name}` : ''}`,
      () => {
        if (!found.found) throw new Error(found.problem || THREE_WAYS)
      },
      { counts: false },
    )
  }
}

function throwLines(problems: string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
