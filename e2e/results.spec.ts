import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'

const main = (page: Page) => page.getByRole('main')

/** "1,234 agents" or "1,234 in all" as a number. */
const numberIn = (text: string) => Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', ''))

async function total(page: Page): Promise<number> {
  return numberIn((await page.getByTestId('total').innerText()).replace(/^\d+ of /, ''))
}

/** The action that has most commands with a finding of filechecker. */
async function busyAction(): Promise<{ id: string; answered: number }> {
  const [row] = await readRows<{ id: string; answered: string }>(`
    SELECT trunc(c.actionid)::text AS id, count(*) FILTER (WHERE c.status NOT IN ('sent', 'cancelled', 'expired', 'prepared')) AS answered
    FROM public.commands c JOIN public.actions a ON a.id = c.actionid
    WHERE a.operations::text LIKE '%"files%' OR a.operations::text LIKE '%filechecker%'
    GROUP BY c.actionid
    HAVING count(*) FILTER (WHERE c.results::text LIKE '%"foundanything":true%') > 3
    ORDER BY count(*) DESC LIMIT 1`)
  return { id: row?.id ?? '', answered: Number(row?.answered) }
}

test('alike answers stand in one row, the rarest first, each leading to exactly its commands', async ({ page }) => {
  const { id, answered } = await busyAction()
  await page.goto(`/actions/${id}/commands`)
  await page.getByRole('navigation', { name: 'Action' }).getByRole('link', { name: 'Results' }).click()
  await expect(page).toHaveURL(`/actions/${id}/results`)
  await expect(main(page).getByText(/agents answered in/)).toContainText(`${answered.toLocaleString('en-US')} agents`)

  await page.goto(`/actions/${id}/results?size=200`)
  const counts = (await main(page).getByRole('rowheader').allInnerTexts()).map(numberIn)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  if ((await total(page)) === counts.length) expect(counts.reduce((sum, n) => sum + n, 0)).toBe(answered)

  await page.goto(`/actions/${id}/results?sort=-count`)
  const row = main(page).getByRole('rowheader').first()
  const count = numberIn(await row.innerText())
  await row.getByRole('link').click()
  await expect(page).toHaveURL(new RegExp(`/actions/${id}/commands\\?alike=\\d+$`))
  expect(await total(page)).toBe(count)
  await main(page)
    .getByRole('link', { name: /^Without/ })
    .click()
  await expect(page).toHaveURL(`/actions/${id}/commands`)

  await page.goto(`/actions/${id}/results?by=text`)
  await expect(main(page).getByText('to the letter')).toBeVisible()
})

test('two picked rows show where their results differ', async ({ page }) => {
  const { id } = await busyAction()
  await page.goto(`/actions/${id}/results`)
  await hydrated(page)
  const boxes = main(page).getByRole('checkbox')
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  await page.getByRole('button', { name: 'Difference of two' }).click()
  await expect(page).toHaveURL(/\/results\/difference\?pick=\d+&pick=\d+$/)
  await expect(main(page).getByRole('list', { name: 'The two commands' }).getByRole('listitem')).toHaveCount(2)
  await expect(
    main(page)
      .getByText(/only on|differs/)
      .first(),
  ).toBeVisible()
  for (const wrong of ['', '?pick=1', '?pick=1&pick=2&pick=3', '?pick=1&pick=x', '?pick=1&pick=2']) {
    await page.goto(`/actions/${id}/results/difference${wrong}`)
    await expect(main(page).getByText('Two results side by side')).toBeVisible()
  }
})

test('a hit leads to the commands of exactly the agents that found it', async ({ page }) => {
  const { id } = await busyAction()
  await page.goto(`/actions/${id}/results`)
  await main(page).getByRole('link', { name: 'By hit' }).click()
  await expect(page).toHaveURL(`/actions/${id}/results/hits`)
  const row = main(page).getByRole('row').nth(1)
  const agents = numberIn(await row.getByRole('cell').first().innerText())
  await row.getByRole('rowheader').getByRole('link').click()
  await expect(page).toHaveURL(/\?hit=[0-9a-f]{32}$/)
  expect(await total(page)).toBe(agents)
})

test('two actions are held to each other, and each count leads to its endpoints', async ({ page }) => {
  const [pair] = await readRows<{ a: string; b: string }>(`
    SELECT trunc(a.id)::text AS a, trunc(b.id)::text AS b FROM public.actions a JOIN public.actions b
      ON b.id <> a.id AND b.operations::text = a.operations::text AND b.validfrom > a.validfrom
    WHERE EXISTS (SELECT FROM public.commands c WHERE c.actionid = a.id)
      AND EXISTS (SELECT FROM public.commands c WHERE c.actionid = b.id)
    ORDER BY a.id LIMIT 1`)
  const { a = '', b = '' } = pair ?? {}
  await page.goto(`/actions/compare?a=${a}`)
  await main(page).locator(`a[href="/actions/compare?a=${a}&b=${b}"]`).click()
  await expect(page).toHaveURL(`/actions/compare?a=${a}&b=${b}`)
  const figures = main(page)
    .getByRole('list', { name: 'Endpoints by change' })
    .or(main(page).getByLabel('Endpoints by change'))
  await expect(figures.first()).toBeVisible()
  const all = await total(page)
  let sum = 0
  for (const change of ['newly-found', 'no-longer-found', 'changed', 'unanswered', 'new', 'gone', 'same']) {
    await page.goto(`/actions/compare?a=${a}&b=${b}&change=${change}`)
    sum += await total(page)
  }
  expect(sum).toBe(all)
  const [endpoints] = await readRows<{ n: string }>(`
    SELECT count(DISTINCT coalesce(g.queueloc, c.agentid::text)) AS n
    FROM public.commands c LEFT JOIN public.agents g ON g.id = c.agentid WHERE c.actionid IN (${a}, ${b})`)
  expect(all).toBe(Number(endpoints?.n))
  const answer = await page.request.get(`/actions/compare/export?a=${a}&b=${b}&format=csv`)
  expect((await answer.text()).trimEnd().split('\r\n')).toHaveLength(all + 1)
  expect((await page.request.get(`/actions/compare/export?a=${a}`)).status()).toBe(400)
  await page.goto('/actions/compare?a=1')
  await expect(main(page).getByRole('alert')).toContainText('names no action')
})

test('commands are found by what failed and by their endpoint', async ({ page }) => {
  const [row] = await readRows<{ n: string; queueloc: string; own: string }>(`
    SELECT (SELECT count(*) FROM public.commands c WHERE c.results::text LIKE '%signature made by unknown entity%') AS n,
      g.queueloc, (SELECT count(*) FROM public.commands c JOIN public.agents o ON o.id = c.agentid WHERE o.queueloc = g.queueloc) AS own
    FROM public.agents g JOIN public.commands c ON c.agentid = g.id ORDER BY g.id LIMIT 1`)
  await page.goto('/commands')
  await page.getByLabel('Error says').fill('signature made by UNKNOWN entity')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/reason=/)
  await expect(page.getByTestId('total')).toBeVisible()
  expect(await total(page)).toBe(Number(row?.n))
  await page.goto(`/commands?queueloc=${encodeURIComponent(row?.queueloc ?? '')}`)
  expect(await total(page)).toBe(Number(row?.own))
})
