import type { MigId } from '@/lib/mig/wire/id'
import { readRows } from './database'
import { expect, hydrated, test } from './fixtures'
import { ADMIN, demoKey } from './people'

// Their form has more than a megabyte, the limit of Next.js where none is set.
const MANY = 30_000
const LIMIT = 1024 ** 2

type Row = { agent: MigId; endpoint: string; module: MigId; name: string; investigator: MigId; person: string }

/** Places of weights on newest rows of endpoints, with one or without, that no other test writes. */
async function places(count: number, has: boolean): Promise<Row[]> {
  const rows = await readRows<Row>(`
    SELECT trunc(a.id)::text AS agent, a.name AS endpoint, trunc(m.id)::text AS module, m.name AS name,
      trunc(i.id)::text AS investigator, i.name AS person
    FROM (SELECT DISTINCT ON (queueloc) id, name FROM public.agents WHERE heartbeattime <= now()
      ORDER BY queueloc, heartbeattime DESC, id DESC) a CROSS JOIN public.modules m CROSS JOIN public.investigators i
    WHERE a.name NOT LIKE 'DESKTOP-%' AND m.name <> 'pkg' AND i.id BETWEEN 2 AND 8
      AND ${has ? '' : 'NOT '}EXISTS (SELECT FROM public.invagtmodperm w
        WHERE w.agentid = a.id AND w.moduleid = m.id AND w.investigatorid = i.id)
    ORDER BY a.id, m.id, i.id LIMIT ${count}`)
  if (rows.length < count) throw new Error(`the demo has ${rows.length} of ${count} such places`)
  return rows
}

/** Changes of these places from nothing to 77, as the tab keeps them. */
function stored(rows: readonly Row[]): string {
  const names: Record<string, string> = {}
  for (const { agent, endpoint, module, name, investigator, person } of rows)
    Object.assign(names, { [`a${agent}`]: endpoint, [`m${module}`]: name, [`i${investigator}`]: person })
  const cells = rows.map(({ agent, module, investigator }) => [agent, module, null, 77, investigator])
  return JSON.stringify({ v: 1, names, cells })
}

// Nothing is saved: other tests read the same matrix. That as many cells are saved as were sent is a database test's.
test('30,000 changes reach the server whole: counted, measured, and the one in the way shown', async ({ page }) => {
  test.slow()
  const rows = [...(await places(MANY - 1, false)), ...(await places(1, true))]
  const last = rows.at(-1) as Row
  await page.addInitScript(
    ([key, text]) => sessionStorage.setItem(key as string, text as string),
    [`mig-acl-changes:${demoKey(ADMIN).id}`, stored(rows)],
  )
  const sizes: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') sizes.push(request.postDataBuffer()?.length ?? 0)
  })
  await page.goto('/acl/permissions')
  await hydrated(page)
  const tray = page.getByRole('region', { name: 'Unsaved changes' })
  await expect(tray).toContainText('30,000 changes on ')
  await tray.getByRole('button', { name: 'Review and save' }).click()
  // More than one where an agent restarted since.
  await expect(tray).toContainText(/\d{1,2} of 30,000 cells (do|does) not hold any more what you saw\./, {
    timeout: 90_000,
  })
  expect(Math.max(...sizes)).toBeGreaterThan(LIMIT)
  await expect(tray.getByRole('table', { name: 'Conflicts' })).toContainText(last.endpoint)

  await tray.getByRole('button', { name: 'Take all theirs' }).click()
  await tray.getByRole('button', { name: 'Apply' }).click()
  await expect(tray).toContainText(/29,9\d\d changes on /)
  await expect(tray.getByRole('table', { name: 'What it does' })).toContainText('everybody together', {
    timeout: 90_000,
  })
  await expect(tray).toContainText(/Of [\d,]+ pairs of module and endpoint, on [\d,]+ endpoints:/)
  await expect(tray.getByRole('button', { name: /^Save 29,9\d\d changes$/ })).toBeVisible()
  page.once('dialog', (dialog) => dialog.accept())
  await tray.getByRole('button', { name: 'Discard all' }).click()
  await expect(tray).toHaveCount(0)
})
