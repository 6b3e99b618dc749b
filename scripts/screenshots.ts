import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { browserLaunch } from '@/e2e/browser'
import { ADMIN, signInByForms } from '@/e2e/people'
import { startEmbedded } from '@/lib/db/embedded'
import { fillDatabase } from '@/lib/demo/fill'
import { startSiteForTests, temporaryDataDir } from '@/lib/testing/site'

const USAGE = `npm run screenshots -- [NAME …]    makes docs/images/NAME-{light,dark}.png from a demo of its own, all without a name;
                                   the demo is that of a fixed seed and moment, so that only keys differ from run to run`

/** The demo's "now": pictures of today and of next year show the same. */
const MOMENT = '2026-11-20T10:30:00Z'
const SIZE = { width: 1280, height: 800 }
const FOLDER = path.resolve(import.meta.dirname, '../docs/images')

/** A page, or the one to which a list's row leads; `row` counts from 0, `to` goes on from its address. */
type Picture = { of: string; row?: number; to?: string }

const PICTURES: Readonly<Record<string, Picture>> = {
  overview: { of: '/' },
  actions: { of: '/actions' },
  action: { of: '/actions?status=inflight', row: 0 },
  results: { of: '/actions?found=1&sort=-found', row: 0, to: '/results/hits' },
  agents: { of: '/agents' },
  endpoint: { of: '/agents/doubles', row: 0 },
  health: { of: '/agents/health' },
  requirements: { of: '/acl/requirements' },
  'what-if': { of: '/acl/what-if?signer=2&signer=3&module=1' },
  investigators: { of: '/investigators' },
  spool: { of: '/spool' },
  reconcile: { of: '/spool/reconcile' },
}

async function addressOf(page: Page, { of, row, to = '' }: Picture): Promise<string> {
  if (row === undefined) return of
  await page.goto(of)
  const link = page.getByRole('main').getByRole('rowheader').nth(row).getByRole('link').first()
  const href = await link.getAttribute('href')
  if (!href) throw new Error(`No row of ${of} leads anywhere.`)
  return href + to
}

/** Takes away what is true of this run alone: that the moment is fixed, and where its spool lies. */
function tidy(page: Page, dataDir: string): Promise<void> {
  return page.evaluate((dir) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (text.nodeValue?.includes(dir)) text.nodeValue = text.nodeValue.replace(`${dir}/spool`, '/var/cache/mig')
      if (text.nodeValue?.startsWith('Fixed moment:'))
        text.parentElement?.parentElement?.style.setProperty('display', 'none')
    }
  }, dataDir)
}

async function takeAll(site: string, cookie: string, dataDir: string, names: string[]): Promise<void> {
  const browser = await chromium.launch(browserLaunch())
  try {
    const [name = '', value = ''] = cookie.split('=')
    const context = await browser.newContext({
      baseURL: site,
      viewport: SIZE,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    })
    await context.addCookies([{ name, value, url: site }])
    const page = await context.newPage()
    for (const one of names) {
      const address = await addressOf(page, PICTURES[one] as Picture)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.goto(address)
        await page.waitForLoadState('networkidle')
        await page.evaluate(() => document.fonts.ready)
        await tidy(page, dataDir)
        const file = path.join(FOLDER, `${one}-${colorScheme}.png`)
        writeFileSync(file, await page.screenshot({ animations: 'disabled', caret: 'hide' }))
        console.log(`${path.relative(process.cwd(), file)}  ${Math.round(statSync(file).size / 1024)} kB`)
      }
    }
  } finally {
    await browser.close()
  }
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(PICTURES, name))
if (unknown.length > 0) {
  const isHelp = unknown.some((word) => word === '--help' || word === '-h')
  console.log(isHelp ? USAGE : `There is no picture "${unknown[0]}": ${Object.keys(PICTURES).join(', ')}.`)
  process.exit(isHelp ? 0 : 2)
}
mkdirSync(FOLDER, { recursive: true })
const dataDir = temporaryDataDir()
let code = 0
try {
  const database = await startEmbedded({ dir: dataDir, settings: { fsync: 'off' } })
  await fillDatabase({ ownerUrl: database.ownerUrl, dataDir, now: Date.parse(MOMENT) * 1000 })
  await database.stop()
  const site = await startSiteForTests({ DB_HOME: dataDir, MIG_NOW: MOMENT })
  try {
    const cookie = await signInByForms(site.url, dataDir, ADMIN)
    await takeAll(site.url, cookie, dataDir, asked.length > 0 ? asked : Object.keys(PICTURES))
  } finally {
    await site.stop()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  code = 1
} finally {
  rmSync(dataDir, { recursive: true, force: true })
}
process.exit(code)
