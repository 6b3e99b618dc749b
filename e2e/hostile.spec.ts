import { rmSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { startSiteForTests, type TestSite, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl } from './database'
import { test as base, expect } from './fixtures'
import { BIG, type HostileIds, insertHostileRows, MARKUP, RESULTS, TURNED } from './hostile-rows'
import { ADMIN, signInByForms } from './people'

const BIG_BYTES = 15_000_000
/** What a page about 15 MB of results may send at most, before compression. */
const PAGE_BYTES = 1_500_000

// A database of its own: every row in it is hostile.
base.describe.configure({ mode: 'default', timeout: 300_000 })
let dataDir: string
let site: TestSite
let cookie: string
let ids: HostileIds

base.beforeAll(async () => {
  base.setTimeout(300_000)
  dataDir = temporaryDataDir()
  site = await startSiteForTests({ DB_HOME: dataDir })
  cookie = await signInByForms(site.url, dataDir, ADMIN)
  ids = await insertHostileRows(ownerUrl(dataDir), BIG_BYTES)
})
base.afterAll(async () => {
  await site?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const test = base.extend({
  page: async ({ browser, javaScriptEnabled }, use) => {
    const [name = '', value = ''] = cookie.split('=')
    const session = { name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false }
    const context = await browser.newContext({
      baseURL: site.url,
      javaScriptEnabled,
      storageState: { cookies: [{ ...session, sameSite: 'Lax' }], origins: [] },
    })
    await use(await context.newPage())
    await context.close()
  },
})

/** Opens a page and holds that it is alive, draws a heading, ran nothing and shows nothing that turns or hides text. */
async function open(page: Page, address: string) {
  const response = await page.goto(address)
  expect(response?.status(), address).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).not.toBeEmpty()
  await expect(page.getByText('Something went wrong')).toHaveCount(0)
  await page.waitForLoadState('load')
  const found = await page.evaluate(() => ({
    hacked: 'hacked' in window,
    polluted: 'polluted' in {},
    images: document.querySelectorAll('img[src="x"], [onerror], [onload], [onclick]').length,
    hidden: /[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/.exec(document.body.innerText)?.[0] ?? null,
    alive: document.querySelectorAll('main').length,
  }))
  expect(found, address).toEqual({ hacked: false, polluted: false, images: 0, hidden: null, alive: 1 })
  const html = (await response?.body()) ?? Buffer.alloc(0)
  return { main: page.getByRole('main'), bytes: html.length }
}

test('lists show hostile rows as text', async ({ page }) => {
  for (const address of ['/', '/actions', '/commands', `/agents?rows=processes`, '/actions?columns=name,target'])
    await open(page, address)
  const { main } = await open(page, '/actions')
  const table = main.getByRole('table')
  await expect(table.getByText(MARKUP, { exact: false }).first()).toBeVisible()
  await expect(table.getByText('\\u202e', { exact: false }).first()).toBeVisible()
  await open(page, `/agents/${ids.agent}`)
})

for (const key of Object.keys(RESULTS))
  test(`results: ${key}`, async ({ page }) => {
    const address = `/commands/${ids.commands[key]}`
    await open(page, address)
    if (RESULTS[key]?.json === null) return
    const { main } = await open(page, `${address}?view=stored`)
    await expect(main.getByRole('link', { name: /Download as stored/ })).toBeVisible()
    await open(page, `${address}?view=stored&find=${encodeURIComponent('<img')}`)
    await open(page, `${address}?view=stored&part=0`)
    await open(page, `/actions/${ids.actions[`of-${key}`]}`)
    await open(page, `/actions/${ids.actions[`of-${key}`]}/commands`)
    const action = ids.actions[`of-${key}`]
    for (const below of ['results', 'results?by=text', 'results/hits']) await open(page, `/actions/${action}/${below}`)
    await open(page, `/actions/${action}/results/difference?pick=${ids.commands[key]}&pick=${ids.commands.markup}`)
    await open(page, `/actions/compare?a=${action}&b=${ids.actions['of-markup']}`)
  })

test('what is in the results is shown, spelled out', async ({ page }) => {
  const { main } = await open(page, `/commands/${ids.commands.markup}`)
  await expect(main.getByRole('table', { name: 'Files found' }).getByText(MARKUP).first()).toBeVisible()
  await open(page, `/commands/${ids.commands.turned}`)
  await expect(main.getByText(TURNED.replace('\u202E', '\\u202e')).first()).toBeVisible()
  await open(page, `/commands/${ids.commands.nul}`)
  await expect(main.getByText('/a\\u0000b\\ud800c').first()).toBeVisible()
  await open(page, `/commands/${ids.commands.proto}`)
  await expect(main.getByRole('cell', { name: '__proto__', exact: true })).toBeVisible()
  await open(page, `/commands/${ids.commands.number}?view=stored`)
  for (const digits of ['1e400', '-1e400', '6059408362783470593'])
    await expect(main.getByText(digits, { exact: true })).toBeVisible()
})

test('every action of hostile operations has its page', async ({ page }) => {
  for (const key of ['markup', 'searches', 'deep', 'nul', 'bomb', 'wrong', 'none'])
    await open(page, `/actions/${ids.actions[key]}`)
})

for (const scripts of [true, false])
  test.describe(scripts ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled: scripts })

    test('15 MB of results: small pages, any part and any word within reach, the whole as a download', async ({
      page,
    }) => {
      const address = `/commands/${ids.commands[BIG]}`
      const first = await page.goto(address)
      expect((await first?.body())?.length).toBeLessThan(PAGE_BYTES)
      const main = page.getByRole('main')
      await expect(main.getByText('file-number-0.dat').first()).toBeVisible()
      await main.getByRole('link', { name: 'Next 200' }).click()
      await expect(main.getByText('file-number-200.dat').first()).toBeVisible()

      await main.getByRole('link', { name: 'As stored', exact: true }).click()
      await expect(main.getByText('[ 1 item ]')).toBeVisible()
      const stored = await page.goto(`${address}?view=stored`)
      expect((await stored?.body())?.length).toBeLessThan(PAGE_BYTES)
      await page.goto(`${address}?view=stored&part=0.0.0.0.0.0.1`)
      await expect(main.getByText('$[0].elements["/usr/"].filename.all["."].files')).toBeVisible()
      await main.getByRole('link', { name: /^[\d,]+ more$/ }).click()
      await expect(main.getByText('file-number-200.dat').first()).toBeVisible()

      await main.getByRole('searchbox', { name: 'Find in names and values' }).fill('HAYSTACK')
      await main.getByRole('button', { name: 'Find', exact: true }).click()
      await expect(main.getByText('1 match', { exact: true })).toBeVisible()
      await main.getByRole('link', { name: /haystack/ }).click()
      await expect(main.getByText('/needle/in/a/haystack').first()).toBeVisible()
    })
  })

test('the download is all of it, as text that nothing runs', async () => {
  const download = await fetch(`${site.url}/commands/${ids.commands[BIG]}/results`, { headers: { cookie } })
  expect(download.status).toBe(200)
  expect(download.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(download.headers.get('content-disposition')).toMatch(/^attachment; /)
  expect(download.headers.get('x-content-type-options')).toBe('nosniff')
  const text = await download.text()
  expect(text.length).toBeGreaterThan(BIG_BYTES)
  expect(JSON.parse(text)[0].elements['/usr/'].filename.all['.'].files['/needle/in/a/haystack']).toBe(1)
  const audit = await (await fetch(`${site.url}/audit/export?format=ndjson`, { headers: { cookie } })).text()
  expect(audit).toContain(`"${ids.commands[BIG]}"`)
  const turned = await fetch(`${site.url}/commands/${ids.commands.turned}/results`, { headers: { cookie } })
  expect(await turned.text()).toBe(RESULTS.turned?.json)
  const none = await fetch(`${site.url}/commands/${ids.commands.none}/results`, { headers: { cookie } })
  expect(none.status).toBe(404)
})

test('an address that cannot be understood is a sentence', async ({ page }) => {
  for (const query of [
    'view=x',
    'view=stored&part=a',
    'view=stored&part=0&from=-1',
    'entry=x',
    `view=stored&find=${'x'.repeat(201)}`,
  ]) {
    const { main } = await open(page, `/commands/${ids.commands.markup}?${query}`)
    await expect(main.getByRole('alert')).toBeVisible()
  }
  const { main } = await open(page, `/commands/${ids.commands.markup}?view=stored&part=99.99`)
  await expect(main.getByText('There is no such part in this JSON.')).toBeVisible()
})
