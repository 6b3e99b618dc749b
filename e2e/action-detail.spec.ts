import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, test } from './fixtures'

/** Opens the action that a statement finds. */
async function open(page: Page, condition: string): Promise<string> {
  const [row] = await readRows<{ id: string }>(
    `SELECT trunc(a.id)::text AS id FROM public.actions a WHERE ${condition} ORDER BY a.id LIMIT 1`,
  )
  if (!row) throw new Error(`no action with ${condition}`)
  await page.goto(`/actions/${row.id}`)
  return row.id
}

const main = (page: Page) => page.getByRole('main')
const reasons = (page: Page, title: string) => main(page).getByRole('region', { name: title }).getByRole('listitem')

test.describe('why an action is invalid or stuck', () => {
  const told: [name: string, title: string, grade: string, reason: string][] = [
    [
      'Root-equivalent accounts, sent too late',
      'Why it is invalid',
      'certain',
      'had expired before the scheduler started',
    ],
    ['Error logs, the scanner again', 'Why it is invalid', 'certain', 'a word, as in syntax version 1'],
    ['Listeners, except the lab', 'Why it is invalid', 'certain', 'is not valid SQL'],
    ['Preloaded libraries on Ubuntu', 'Why it is invalid', 'certain', 'a column that the agents table does not have'],
    ['Dumps older than a month', 'Why it is invalid', 'likely', 'a column that the agents table does not have'],
    ['Bastions in Frankfurt', 'Why it is invalid', 'certain', 'matched no agent'],
    ['Front ends with the old PHP, for the auditors', 'Why it is stuck', 'likely', 'signer was unknown to the API'],
    ['Say hello, once the relay is back', 'Why it is stuck', 'likely', 'expired while it waited'],
  ]
  for (const [name, title, grade, reason] of told)
    test(`${name}: ${reason}`, async ({ page }) => {
      await open(page, `a.name = '${name}'`)
      const first = reasons(page, title).first()
      await expect(first).toContainText(grade)
      await expect(first).toContainText(reason)
    })

  test('one that waits for its validity to begin is neither', async ({ page }) => {
    await open(page, `a.name = 'Bastions, nightly look at the keys' AND a.status = 'init'`)
    await expect(main(page).getByRole('region', { name: 'Timeline' })).toBeVisible()
    await expect(main(page).getByText(/^Why it is/)).toHaveCount(0)
    await expect(main(page).getByRole('region', { name: 'What is odd' })).toHaveCount(0)
  })

  test('one that cannot land says what it lost, with its evidence and what to do', async ({ page }) => {
    await open(
      page,
      `a.status = 'inflight' AND a.expireafter < now() - interval '1 day'
       AND a.sentctr > (SELECT count(*) FROM public.commands c WHERE c.actionid = a.id)`,
    )
    const odd = main(page).getByRole('region', { name: 'What is odd' })
    await expect(odd).toContainText('in flight after expiry')
    await expect(odd).toContainText('commands were lost')
    await expect(reasons(page, 'Why it is stuck').first()).toContainText('Commands were lost')
    await expect(reasons(page, 'Why it is stuck').first()).toContainText('What to do:')
  })
})

test.describe('an action’s figures', () => {
  test('late answers stand in the timeline, in the counters and in their cause', async ({ page }) => {
    await open(
      page,
      `a.status = 'completed' AND a.returnedctr > a.sentctr AND EXISTS (SELECT 1 FROM public.commands c
         WHERE c.actionid = a.id AND c.finishtime BETWEEN a.expireafter AND '9000-01-01' AND c.status NOT IN ('cancelled', 'expired'))`,
    )
    const counters = main(page).getByRole('table', { name: /^Counters stored/ })
    await expect(counters.getByRole('row', { name: /^stored/ })).toContainText('differs')
    await expect(main(page).getByRole('region', { name: 'Commands' })).toContainText(
      /late answers?: counted as cancelled/,
    )
    const events = main(page).getByRole('list', { name: 'Timeline' }).getByRole('listitem')
    const texts = await events.allInnerTexts()
    const place = (label: RegExp) => texts.findIndex((text) => label.test(text))
    expect(place(/expires/)).toBeGreaterThan(place(/started/))
    expect(place(/last answer|after expiry/)).toBeGreaterThan(place(/expires/))
    const moments = await events
      .getByRole('time')
      .evaluateAll((all) => all.map((one) => (one as HTMLTimeElement).dateTime))
    expect(moments).toHaveLength(texts.length)
    const millis = moments.map((moment) => Date.parse(moment))
    expect(millis).toEqual(millis.toSorted((a, b) => a - b))
    await expect(main(page).getByRole('img', { name: /^The moments of this action/ })).toBeVisible()
  })

  test('the counted commands are those of the list, and the durations have their table', async ({ page }) => {
    const id = await open(page, `a.status = 'completed' AND a.sentctr > 20 AND a.returnedctr = a.sentctr`)
    const [count] = await readRows<{ n: string }>(`SELECT count(*) AS n FROM public.commands WHERE actionid = ${id}`)
    const total = Number(count?.n).toLocaleString('en')
    await expect(main(page).getByRole('link', { name: `${total} commands` })).toHaveAttribute(
      'href',
      `/actions/${id}/commands`,
    )
    await main(page).getByText('The figures as a table').click()
    const durations = main(page).getByRole('table', { name: 'How long did its commands take?' })
    const cells = await durations.getByRole('cell').allInnerTexts()
    const sum = cells.reduce((all, text) => all + Number(text.replaceAll(',', '')), 0)
    expect(sum).toBe(Number(count?.n))
    await page
      .getByRole('navigation', { name: 'Action', exact: true })
      .getByRole('link', { name: /^Commands/ })
      .click()
    await page.waitForURL(`**/actions/${id}/commands`)
  })
})
