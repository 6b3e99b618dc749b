import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'
import { addressOf } from './pages'

// The paper of most of the world between its margins, in the pixels of a page.
const UPRIGHT = { width: 703, height: 980 }
const ACROSS = { width: 1030, height: 700 }

const PAGES = [
  { route: '/actions/[id]', paper: UPRIGHT },
  { route: '/acl/batches/[id]', paper: UPRIGHT },
  { route: '/acl/requirements', query: '?name=DESKTOP-', paper: ACROSS },
  { route: '/acl/permissions', query: '?name=storage', paper: ACROSS },
  { route: '/acl/what-if', query: '?signer=2&module=MODULE', paper: UPRIGHT },
]

for (const { route, query = '', paper } of PAGES)
  test(`${route} is a report on paper`, async ({ page }) => {
    const [module] = await readRows<{ id: string }>(
      `SELECT trunc(id)::text AS id FROM public.modules WHERE name = 'file'`,
    )
    const address = `${await addressOf(route)}${query.replace('MODULE', module?.id ?? '')}`
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.setViewportSize(paper)
    await page.goto(address)
    await hydrated(page)
    const seen = await page.evaluate(() => {
      const isShown = (one: Element) => one.checkVisibility({ contentVisibilityAuto: true })
      const main = document.querySelector('main') ?? document.body
      const cut = [...main.querySelectorAll('*')].filter((one) => {
        const { overflowX, overflowY } = getComputedStyle(one)
        const isClipping = [overflowX, overflowY].some((way) => way !== 'visible')
        return (
          isClipping && isShown(one) && !one.closest('svg, .sr-only, [role=img]') && one.scrollWidth > one.clientWidth
        )
      })
      const below = [...main.querySelectorAll('tr > * *')].filter((one) => {
        const row = one.closest('tr')
        const isText = isShown(one) && one.textContent !== '' && !one.closest('svg, .sr-only')
        return isText && row && one.getBoundingClientRect().bottom > row.getBoundingClientRect().bottom + 1
      })
      return {
        below: below.map((one) => one.outerHTML.slice(0, 120)),
        pressed: [...document.querySelectorAll('button, form, search, dialog, nav[aria-label=Areas]')].filter(isShown)
          .length,
        folded: [...main.querySelectorAll('details > :not(summary)')].filter(
          (one) => !isShown(one) && !one.closest('.no-print') && isShown(one.parentElement ?? one),
        ).length,
        cut: cut.map((one) => one.outerHTML.slice(0, 120)),
        paper: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.body).color,
        head: getComputedStyle(document.querySelector('.print-head') ?? main, '::before').content,
        width: document.documentElement.scrollWidth,
      }
    })
    expect(seen).toMatchObject({
      below: [],
      pressed: 0,
      folded: 0,
      cut: [],
      paper: 'rgb(255, 255, 255)',
      ink: 'rgb(23, 27, 34)',
    })
    expect(seen.width).toBeLessThanOrEqual(paper.width)
    for (const words of ['as of 20', 'Printed by Ada Okafor, admin', address]) expect(seen.head).toContain(words)
    if (query) expect(seen.head).toContain('Filters: ')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const pdf = await page.pdf()
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  })

test('a grid that is open is printed as the table of all its rows', async ({ page }) => {
  await page.goto('/acl/requirements?name=storage')
  await hydrated(page)
  await page.getByRole('button', { name: 'Edit as a grid' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await expect(page.getByRole('grid')).toBeHidden()
  await expect(page.getByRole('main').getByRole('rowheader')).toHaveCount(50)
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await page.emulateMedia({ media: 'screen' })
  await expect(page.getByRole('grid')).toBeVisible()
})
