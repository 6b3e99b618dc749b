import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { expect, hydrated, test } from './fixtures'
import { addressOf, LIST_ROUTES, PAGE_ROUTES } from './pages'

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

/** What breaks the rules on the page as it is, in light and dark. */
async function violationsOf(page: Page): Promise<string[]> {
  const violations: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // What a theme changes is colours; all else is looked at once.
    const axe = new AxeBuilder({ page })
    const found = await (colorScheme === 'light' ? axe.withTags(STANDARD) : axe.withRules(['color-contrast'])).analyze()
    for (const { id, help, nodes } of found.violations)
      violations.push(
        `${colorScheme}, ${id} (${help}): ${nodes
          .slice(0, 3)
          .map((node) => node.html.slice(0, 200))
          .join(' | ')}`,
      )
    expect(found.passes.length).toBeGreaterThan(colorScheme === 'light' ? 10 : 0)
  }
  return violations
}

/** Runs in the page: keeps the boxes without words that only their background tells from what they lie on, to look again. */
function keepBoxes(): void {
  const isPainted = (colour: string) => !/, 0\)$|transparent/.test(colour)
  const under = (one: Element | null): string => {
    const { backgroundColor } = getComputedStyle(one ?? document.documentElement)
    return !one || isPainted(backgroundColor) ? backgroundColor : under(one.parentElement)
  }
  const isSeen = (one: Element, colour: string) => isPainted(colour) && colour !== under(one.parentElement)
  const hasLine = (one: Element) => {
    const style = getComputedStyle(one)
    return ['outline', 'border-top', 'border-bottom'].some(
      (line) =>
        style.getPropertyValue(`${line}-style`) !== 'none' && isSeen(one, style.getPropertyValue(`${line}-color`)),
    )
  }
  const boxes = [...document.querySelectorAll('body *:not(svg *, svg, input, select, textarea)')].filter(
    (one) =>
      one.textContent?.trim() === '' &&
      !one.querySelector('svg, img, input') &&
      one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      one.getBoundingClientRect().width >= 1 &&
      isSeen(one, getComputedStyle(one).backgroundColor),
  )
  const lost = () =>
    boxes.filter((one) => {
      const { backgroundColor, backgroundImage } = getComputedStyle(one)
      return one.isConnected && backgroundImage === 'none' && !isSeen(one, backgroundColor) && !hasLine(one)
    })
  Object.assign(window, { lost: () => lost().map((one) => one.outerHTML.slice(0, 200)) })
}

for (const route of PAGE_ROUTES)
  test(`${route} can be used by everybody, in light and dark and with the system’s own colours`, async ({ page }) => {
    test.slow()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`${await addressOf(route)}${LIST_ROUTES.includes(route) ? '?size=25' : ''}`)
    await hydrated(page)
    expect(await violationsOf(page)).toEqual([])
    await page.evaluate(keepBoxes)
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await page.evaluate('lost()')).toEqual([])
  })

type State = { what: string; at: string; reach: (page: Page) => Promise<void>; seen: (page: Page) => Locator }

const stays = async () => {}

const STATES: readonly State[] = [
  {
    what: 'the search open',
    at: '/settings',
    reach: (page) => page.keyboard.press('Control+k'),
    seen: (page) => page.getByRole('dialog').getByRole('combobox'),
  },
  {
    what: 'the shortcuts open',
    at: '/settings',
    reach: (page) => page.keyboard.press('?'),
    seen: (page) => page.getByRole('dialog', { name: 'Shortcuts' }),
  },
  {
    what: 'the person’s menu open',
    at: '/settings',
    reach: (page) => page.getByRole('button', { name: /^Signed in as/ }).click(),
    seen: (page) => page.locator('#person').getByRole('button', { name: 'Sign out' }),
  },
  {
    what: 'the page’s words open',
    at: '/spool/find',
    reach: (page) => page.getByRole('button', { name: 'What the words on this page mean' }).click(),
    seen: (page) => page.getByRole('complementary', { name: 'Words on this page' }),
  },
  {
    what: 'a cell’s form open',
    at: '/acl/requirements?name=lb1.&size=25',
    reach: async (page) => {
      const href = await page.locator('a[data-cell]').first().getAttribute('href')
      await page.goto(href ?? '')
      await hydrated(page)
    },
    seen: (page) => page.getByRole('textbox', { name: 'Minimum weight' }),
  },
  {
    what: 'a form refused',
    at: '/investigators/add',
    reach: (page) => page.getByRole('button', { name: 'Read the key' }).click(),
    seen: (page) => page.locator('main [aria-invalid=true], main [role=alert]').first(),
  },
  {
    what: 'a filter that cannot be understood',
    at: '/actions?status=nonsense',
    reach: stays,
    seen: (page) => page.getByRole('main').getByRole('alert'),
  },
  {
    what: 'nothing that matches',
    at: '/agents?name=no-such-name-anywhere',
    reach: stays,
    seen: (page) =>
      page
        .getByRole('main')
        .getByRole('link', { name: /^Clear/ })
        .first(),
  },
  {
    what: 'nothing there',
    at: '/commands/4711',
    reach: stays,
    seen: (page) => page.getByRole('heading', { level: 1, name: 'Not found' }),
  },
]

for (const { what, at, reach, seen } of STATES)
  test(`with ${what} a page can be used by everybody, in light and dark`, async ({ page, pageProblems }) => {
    await page.goto(at)
    await hydrated(page)
    await reach(page)
    await expect(seen(page)).toBeVisible()
    expect(await violationsOf(page)).toEqual([])
    // An address that leads nowhere is told of in the console.
    if (what === 'nothing there') pageProblems.splice(0)
  })

test('with the system’s own colours one sees what has the focus and what is selected', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await page.goto('/actions')
  await hydrated(page)
  const outline = (place: Locator) =>
    place.evaluate((one) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one)
      return `${outlineStyle} ${outlineWidth}`
    })
  const areas = page.getByRole('navigation', { name: 'Areas' })
  expect(await outline(areas.getByRole('link', { name: 'Actions', exact: true }))).toBe('solid 2px')
  expect(await outline(areas.getByRole('link', { name: 'Audit' }))).toMatch(/^none/)
  await page.keyboard.press('j')
  expect(await outline(page.getByRole('rowheader').first().getByRole('link'))).toBe('solid 3px')
  // Parts of a bar keep the colours that tell them apart.
  const bar = page.getByRole('main').locator('[class*="bg-good-mark"]').first()
  const [own, paper] = await bar.evaluate((one) => [
    getComputedStyle(one).backgroundColor,
    getComputedStyle(document.body).backgroundColor,
  ])
  expect(own).not.toBe(paper)
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
})

test('the keyboard reaches the content, the list and its rows', async ({ page }) => {
  await page.goto('/actions')
  await hydrated(page)
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  const row = page.getByRole('rowheader').first().getByRole('link')
  await row.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/actions\/\d+$/)
})

test('the theme is chosen with a button and kept', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/actions')
  await hydrated(page)
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await colour()
  await page.getByRole('button', { name: /^Theme: system/ }).click()
  await page.getByRole('button', { name: /^Theme: light/ }).click()
  await expect(page.getByRole('button', { name: /^Theme: dark/ })).toBeVisible()
  expect(await colour()).not.toBe(light)
  const response = await page.reload()
  expect(await response?.text()).toContain('data-theme="dark"')
  expect(await colour()).not.toBe(light)
})
