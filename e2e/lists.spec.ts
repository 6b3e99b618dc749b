import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, rowKeys, test } from './fixtures'
import { addressOf, LIST_ROUTES, still } from './pages'

const shownTotal = async (page: Page) => {
  const words = await page.getByTestId('total').innerText()
  const [, more, digits = ''] = /(more than )?([\d,]+)(?: in all)?$/.exec(words) ?? []
  return { more: more !== undefined, count: Number(digits.replaceAll(',', '')) }
}

/** The cells of a CSV text by RFC 4180, row by row. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

function readNdjson(text: string): Record<string, unknown>[] {
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => JSON.parse(line))
}

for (const route of LIST_ROUTES)
  test.describe(route, () => {
    test('an unknown filter is a sentence, no rows, and 400 from the export', async ({ page, request }) => {
      const address = await addressOf(route)
      await page.goto(`${address}?nosuchfilter=1`)
      await expect(page.getByRole('main').getByRole('alert')).toContainText('no filter "nosuchfilter"')
      await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(0)
      const answer = await request.get(`${address}/export?format=csv&nosuchfilter=1`)
      expect(answer.status()).toBe(400)
      expect(await answer.text()).toContain('no filter "nosuchfilter"')
    })

    test('an unknown sort or size falls back to the list as it is', async ({ page }) => {
      const address = await addressOf(route)
      const calm = still(route)
      await page.goto(`${address}?${calm}`)
      const usual = await rowKeys(page)
      await page.goto(`${address}?${calm}&sort=-nosuchsort&size=7`)
      expect(await rowKeys(page)).toEqual(usual)
    })

    test('a broken cursor is refused with a sentence', async ({ page }) => {
      const address = await addressOf(route)
      for (const cursor of ['x', 'AAAA', Buffer.from('["a"]').toString('base64url')]) {
        await page.goto(`${address}?after=${cursor}`)
        await expect(page.getByRole('main').getByRole('alert')).toContainText('start again from the first page')
        await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(0)
      }
    })

    test('the export holds all rows of the list, as CSV and as NDJSON', async ({ page, request }) => {
      const address = await addressOf(route)
      const calm = still(route)
      await page.goto(`${address}?${calm}`)
      const csv = await request.get(`${address}/export?format=csv&${calm}`)
      expect(csv.status()).toBe(200)
      expect(csv.headers()).toMatchObject({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': expect.stringMatching(/^attachment; filename="mig-[a-z-]+(-\d+)?-\d{8}T\d{4}Z\.csv"$/),
        'cache-control': expect.stringContaining('no-store'),
        'x-content-type-options': 'nosniff',
        'content-encoding': 'gzip',
        vary: expect.stringContaining('Accept-Encoding'),
      })
      const [names = [], ...rows] = readCsv(await csv.text())
      expect(rows.filter((row) => row.length !== names.length)).toEqual([])

      const ndjson = await request.get(`${address}/export?format=ndjson&${calm}`)
      expect(ndjson.headers()['content-type']).toBe('application/x-ndjson; charset=utf-8')
      const objects = readNdjson(await ndjson.text())
      expect(objects).toHaveLength(rows.length)
      expect(objects.filter((one) => Object.keys(one).join() !== names.join())).toEqual([])
      if (names[0] === 'id') expect(objects.map((one) => one.id)).toEqual(rows.map((row) => row[0]))

      if ((await page.getByTestId('total').count()) === 0) return
      const total = await shownTotal(page)
      if (total.more) expect(rows.length).toBeGreaterThan(total.count)
      else expect(rows).toHaveLength(total.count)
    })
  })

test('a cursor of another list is refused with a sentence', async ({ page }) => {
  await page.goto('/actions?sort=name&size=25')
  const next = await page.getByRole('link', { name: 'Next' }).getAttribute('href')
  const cursor = new URL(next ?? '', 'http://site').searchParams.get('after')
  expect(cursor).not.toBeNull()
  await page.goto(`/commands?after=${cursor}`)
  await expect(page.getByRole('main').getByRole('alert')).toContainText('does not belong to this list')
  await expect(page.getByRole('rowheader')).toHaveCount(0)
})

test('exported ids are the stored ones, digit by digit', async ({ request }) => {
  const stored = await readRows<{ id: string }>('SELECT trunc(id)::text AS id FROM public.actions a ORDER BY a.id')
  const answer = await request.get('/actions/export?format=csv')
  const [names = [], ...rows] = readCsv(await answer.text())
  const ids = rows.map((row) => row[names.indexOf('id')] ?? '')
  expect(ids.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))).toEqual(stored.map((row) => row.id))
  expect(ids.some((id) => !Number.isSafeInteger(Number(id)))).toBe(true)
  const asText = readCsv(await (await request.get('/actions/export?format=csv&ids=text')).text())
  expect(asText[1]?.[names.indexOf('id')]).toBe(`="${ids[0]}"`)
})

test('an export takes the filters and the order of its list', async ({ request }) => {
  const answer = await request.get('/actions/export?format=ndjson&status=completed&sort=name')
  const lines = readNdjson(await answer.text())
  expect(lines.length).toBeGreaterThan(1)
  expect(new Set(lines.map((line) => line.status))).toEqual(new Set(['completed']))
  const counted = await readRows<{ n: string }>("SELECT count(*) AS n FROM public.actions WHERE status = 'completed'")
  expect(lines).toHaveLength(Number(counted[0]?.n))
  expect((await request.get('/actions/export?format=pdf')).status()).toBe(400)
})

test('filter, sort, size and columns live in the address, and the way back leads through them', async ({ page }) => {
  await page.goto('/commands')
  await hydrated(page)
  await page.getByRole('combobox', { name: 'Status' }).selectOption('success')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/[?&]status=success(&|$)/)
  await hydrated(page)
  await page.getByRole('columnheader', { name: 'Agent' }).getByRole('link').click()
  await expect(page).toHaveURL('/commands?status=success&sort=-agent')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: '25', exact: true }).click()
  await expect(page).toHaveURL('/commands?status=success&sort=-agent&size=25')
  await expect(page.getByRole('rowheader')).toHaveCount(25)
  const first = await page.getByRole('rowheader').allInnerTexts()
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page).toHaveURL(/&after=/)
  await expect(page.getByRole('link', { name: 'Previous' })).toBeVisible()
  const deep = page.url()
  expect(await page.getByRole('rowheader').allInnerTexts()).not.toEqual(first)

  await page.goBack()
  await expect(page).toHaveURL('/commands?status=success&sort=-agent&size=25')
  await expect.poll(() => page.getByRole('rowheader').allInnerTexts()).toEqual(first)
  await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue('success')

  // The address alone brings the same page to somebody else.
  await page.goForward()
  await expect(page).toHaveURL(deep)
  await expect(page.getByRole('link', { name: 'Previous' })).toBeVisible()
  const shown = await page.getByRole('rowheader').allInnerTexts()
  await page.goto('about:blank')
  await page.goto(deep)
  expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(shown)
  await expect(page.getByRole('columnheader', { name: 'Agent' })).toHaveAttribute('aria-sort', 'descending')
})

test('clearing the filters empties their fields too', async ({ page }) => {
  await page.goto('/actions?name=a&status=completed')
  await hydrated(page)
  // Among the further filters, which are folded away when none of them is set.
  const name = page.getByRole('search').locator('input[name="name"]')
  await expect(name).toHaveValue('a')
  await page.getByRole('link', { name: 'Clear filters' }).click()
  await expect(page).toHaveURL('/actions?view=all')
  await expect(name).toHaveValue('')
  await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue('')
})

test('an id as MIG prints it elsewhere leads to the exact page', async ({ page }) => {
  const [row] = await readRows<{ id: string }>(`
    SELECT trunc(id)::text AS id FROM public.actions a
    WHERE NOT EXISTS (SELECT FROM public.actions b WHERE b.id <> a.id AND b.id::float8 = a.id::float8) AND length(trunc(id)::text) = 19
    ORDER BY a.id LIMIT 1`)
  const id = row?.id ?? ''
  const rounded = Number(id).toExponential().replace('e+', 'e%2B')
  for (const form of [rounded, `${id}.00000000000000000`, BigInt(Number(id)).toString()]) {
    await page.goto(`/actions/${form}`)
    await expect(page, form).toHaveURL(`/actions/${id}`)
  }
})

test('an unknown id is a 404 page', async ({ page, pageProblems }) => {
  for (const address of ['/actions/1', '/commands/1', '/agents/1', '/investigators/999999999']) {
    const response = await page.goto(address)
    expect(response?.status(), address).toBe(404)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found')
  }
  const problems = pageProblems.splice(0)
  expect(problems.filter((problem) => !problem.includes('404'))).toEqual([])
})

test('hostile text in an address is shown as text', async ({ page }) => {
  let dialogs = 0
  page.on('dialog', (dialog) => {
    dialogs++
    void dialog.dismiss()
  })
  const hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
  for (const address of ['/actions?name=', '/commands?agent=', '/actions?status=', '/agents?nosuch=']) {
    await page.goto(`${address}${encodeURIComponent(hostile)}`)
    await hydrated(page)
    await expect(page.locator('img[src="x"]')).toHaveCount(0)
  }
  await page.goto(`/actions?name=${encodeURIComponent(hostile)}`)
  await expect(page.getByRole('searchbox', { name: 'Name' })).toHaveValue(hostile)
  expect(dialogs).toBe(0)
})
