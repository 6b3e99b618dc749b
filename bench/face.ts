import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from '@playwright/test'
import { browserLaunch } from '@/e2e/browser'
import { ownerUrl } from '@/e2e/database'
import { addressOf, PAGE_ROUTES } from '@/e2e/pages'
import { ADMIN, signInByForms } from '@/e2e/people'
import { writeAclBatches } from '@/lib/testing/acl-batches'
import { startSiteForTests, temporaryDataDir } from '@/lib/testing/site'
import { type Told, tell, watch } from './face-watch'
import { percentile } from './statistics'

const USAGE = `npm run face -- [--only PATTERN] [--times N]

Measures in a browser what a person sees and feels of the production build on the demo: how far each page shifts while it
loads (cumulative layout shift; at most 0.05), and how long a list of 1,000 rows takes to answer a key or a click (from the
event to the next picture; at most 100 ms). Prints tables, and ends with 1 where something is above. Leave the machine idle.

  --only PATTERN    only routes that match, and no interactions
  --times N         how often each interaction is done (20)
  --help            this text`

const SHIFT_LIMIT = 0.05
const ANSWER_LIMIT_MS = 100
const WINDOWS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
const LIST = '/commands?size=1000'

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { only: { type: 'string' }, times: { type: 'string', default: '20' }, help: { type: 'boolean' } },
  })
  const times = Number(values.times)
  if (values.help || !(times >= 1)) {
    console.log(USAGE)
    return values.help ? 0 : 2
  }
  const dataDir = temporaryDataDir()
  const site = await startSiteForTests({ DB_HOME: dataDir })
  const browser = await chromium.launch(browserLaunch())
  try {
    await writeAclBatches(ownerUrl(dataDir))
    const cookie = await signInByForms(site.url, dataDir, ADMIN)
    Object.assign(process.env, { E2E_BASE_URL: site.url, E2E_DATA_DIR: dataDir, E2E_ADMIN_COOKIE: cookie })
    const only = values.only === undefined ? null : new RegExp(values.only)
    const shifted = await shifts(browser, site.url, cookie, only)
    const slow = only ? false : await answers(browser, site.url, cookie, times)
    return shifted || slow ? 1 : 0
  } finally {
    await browser.close()
    await site.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function open(browser: Browser, url: string, cookie: string, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ baseURL: url, viewport, locale: 'en-GB' })
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url }])
  await context.addInitScript(watch)
  return context.newPage()
}

/** Prints how far each page shifts; true where one does too far. */
async function shifts(browser: Browser, url: string, cookie: string, only: RegExp | null): Promise<boolean> {
  console.log('| Page | shift, 1440 px | shift, 390 px | what moved |\n| --- | ---: | ---: | --- |')
  let isAbove = false
  for (const route of PAGE_ROUTES) {
    if (only && !only.test(route)) continue
    const told: Told[] = []
    for (const viewport of Object.values(WINDOWS)) {
      const page = await open(browser, url, cookie, viewport)
      await page.goto(await addressOf(route))
      await page.waitForLoadState('networkidle')
      await page.evaluate(() => document.fonts.ready)
      told.push(await page.evaluate(tell))
      await page.context().close()
    }
    isAbove ||= told.some(({ shift }) => shift > SHIFT_LIMIT)
    const moved = [...new Set(told.flatMap((one) => one.moved))].slice(0, 3).join('; ')
    console.log(`| ${route} | ${told.map(({ shift }) => shift.toFixed(4)).join(' | ')} | ${moved} |`)
  }
  return isAbove
}

type Interaction = { name: string; before?: (page: Page) => Promise<void>; act: (page: Page) => Promise<void> }

const INTERACTIONS: readonly Interaction[] = [
  {
    name: 'arrow down, from row to row',
    before: (page) => page.getByRole('rowheader').first().getByRole('link').focus(),
    act: (page) => page.keyboard.press('ArrowDown'),
  },
  { name: 'End and Home, over all rows', act: (page) => press(page, ['End', 'Home']) },
  {
    name: 'typing into a filter',
    before: (page) => page.getByRole('searchbox', { name: 'Agent' }).focus(),
    act: (page) => page.keyboard.press('w'),
  },
  { name: 'opening and closing the columns', act: (page) => page.getByText('Columns', { exact: true }).click() },
  {
    name: 'opening the search, and Esc',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: /^Search pages/ }).waitFor()
      await page.keyboard.press('Escape')
    },
  },
  { name: 'opening the menu, and Esc', act: (page) => menu(page) },
  { name: 'changing the theme', act: (page) => page.getByRole('button', { name: /^Theme/ }).click() },
]

async function press(page: Page, keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

async function menu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Signed in as/ }).click()
  await page.keyboard.press('Escape')
}

/** Prints how long a long list takes to answer; true where that is too long. */
async function answers(browser: Browser, url: string, cookie: string, times: number): Promise<boolean> {
  const page = await open(browser, url, cookie, WINDOWS.wide)
  await page.goto(LIST)
  await page.waitForLoadState('networkidle')
  const rows = await page.getByRole('rowheader').count()
  console.log(`\nA list of ${rows} rows, ${times} times each, milliseconds from the event to the next picture:\n`)
  console.log('| Interaction | events | p50 | p98 | most |\n| --- | ---: | ---: | ---: | ---: |')
  let isAbove = false
  for (const { name, before, act } of INTERACTIONS) {
    await before?.(page)
    await page.evaluate(tell)
    for (let i = 0; i < times; i++) await act(page)
    // The browser tells of an event some time after its picture, and of a quick one not at all: there is nothing to wait for.
    await page.waitForTimeout(500)
    const { answers } = await page.evaluate(tell)
    const at = (share: number) => Math.round(percentile(answers, share))
    isAbove ||= at(0.98) > ANSWER_LIMIT_MS
    console.log(`| ${name} | ${answers.length} | ${at(0.5)} | ${at(0.98)} | ${at(1)} |`)
  }
  await page.context().close()
  return isAbove
}

process.exit(await main(process.argv.slice(2)))
