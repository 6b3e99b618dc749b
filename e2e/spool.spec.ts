import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { readRows } from './database'
import { expect, test } from './fixtures'

const spool = () => path.join(process.env.E2E_DATA_DIR ?? '', 'spool')
const PLANTED = path.join('command', 'done', 'planted')
const planted = (name: string) => path.join(spool(), `${PLANTED}-${name}`)

test('the flow leads to a state, a file and its row', async ({ page }) => {
  await page.goto('/spool')
  await expect(page.getByRole('heading', { name: 'Actions', exact: true })).toBeVisible()
  await expect(page.getByText('Nobody writes here since 28 August 2014').first()).toBeVisible()
  await page.getByRole('link', { name: 'action/done' }).click()
  await expect(page).toHaveURL('/spool/action/done')
  await page.getByRole('rowheader').first().getByRole('link').click()
  await expect(page).toHaveURL(/\/spool\/action\/done\/file\//)
  await expect(page.getByRole('heading', { name: 'Raw text' })).toBeVisible()
  await page.getByRole('region', { name: 'In the database' }).getByRole('link').first().click()
  await expect(page).toHaveURL(/\/actions\/\d+$/)
})

test('a state is sorted by what the names and the files say, and filtered by what is inside', async ({ page }) => {
  await page.goto('/spool/action/invalid')
  const total = Number(
    await page
      .getByTestId('total')
      .innerText()
      .then((text) => /\d+/.exec(text)?.[0]),
  )
  for (const header of ['Made', 'Written', 'Size']) {
    await page.getByRole('columnheader', { name: header }).getByRole('link').click()
    await expect(page.getByRole('columnheader', { name: header })).toHaveAttribute(
      'aria-sort',
      /^(ascending|descending)$/,
    )
    await expect(page.getByTestId('total')).toContainText(String(total))
  }
  await page.goto('/spool/action/invalid?broken=1')
  await expect(page.getByText('looked into')).toBeVisible()
  await expect(page.getByRole('rowheader')).not.toHaveCount(0)
  expect(await page.getByRole('rowheader').count()).toBeLessThan(total)
  await page.goto('/spool/action/invalid?larger=much')
  await expect(page.getByText('takes a size, such as 512, 20k or 1.5MB')).toBeVisible()
  await expect(page.getByRole('rowheader')).toHaveCount(0)
})

test('an id in any form is found on disk and in the database', async ({ page }) => {
  const [row] = await readRows<{ id: string; actionid: string }>(
    `SELECT trunc(c.id)::text AS id, trunc(c.actionid)::text AS actionid FROM public.commands c
     JOIN public.actions a ON a.id = c.actionid WHERE c.status = 'sent' AND a.id > 6e18 ORDER BY c.starttime DESC LIMIT 1`,
  )
  const { id = '', actionid = '' } = row ?? {}
  for (const form of [id, `${id}.00000000000000000`, String(Number(id)), Number(id).toExponential(15)]) {
    await page.goto('/spool/find')
    await page.getByRole('searchbox', { name: /Id of an action/ }).fill(form)
    await page.getByRole('button', { name: 'Find' }).click()
    await expect(page.getByTestId('where-now')).toContainText('a command whose row says sent')
    await expect(page.getByRole('link', { name: /^to / }).first()).toHaveAttribute('href', `/commands/${id}`)
  }
  await page.goto(`/spool/find?q=${actionid}`)
  await expect(page.getByTestId('where-now')).toContainText('an action whose row says')
  await page.goto('/spool/find?q=nothing')
  await expect(page.getByText('This is no id')).toBeVisible()
})

test('the comparison explains its classes and leads to the files', async ({ page }) => {
  await page.goto('/spool/reconcile')
  const classes = page.getByRole('table', { name: 'Classes of the comparison' })
  await expect(classes.getByRole('rowheader')).toHaveCount(14)
  const poison = classes.getByRole('row', { name: /^poison/ })
  await expect(poison).toContainText('MIG never takes such a file away')
  const link = poison.getByRole('link').last()
  const count = Number(await link.innerText())
  await link.click()
  await expect(page).toHaveURL(/class=poison/)
  await expect(page.getByTestId('total')).toContainText(`${count} in all`)
  await page.getByRole('rowheader').getByRole('link').filter({ hasText: /\d/ }).first().click()
  await expect(page.getByText('MIG never moves such a file').first()).toBeVisible()
})

/** Opens the overview, and what it folds away of what needs attention. */
async function overview(page: Page): Promise<void> {
  await page.goto('/')
  const rest = page.getByText(/^\d+ more$/)
  await expect(page.getByRole('heading', { name: 'Needs attention' })).toBeVisible()
  if ((await rest.count()) > 0) await rest.click()
}

test('the overview tells what the spool adds to the rows', async ({ page }) => {
  await overview(page)
  await expect(page.getByRole('link', { name: /stuck in command\/returned/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /in action\/invalid could not be processed/ })).toBeVisible()
  // Each count leads to as many rows.
  for (const link of [
    /could not be processed$/,
    /stuck in command\/returned$/,
    /commands? left out$/,
    /never runs?$/,
  ]) {
    const sign = page.getByRole('link', { name: link }).first()
    await expect(async () => {
      await overview(page)
      await expect(sign).not.toContainText('about', { timeout: 2_000 })
    }).toPass({ timeout: 60_000 })
    const count = /^[\d,]+/.exec(await sign.innerText())?.[0]
    await sign.click()
    await expect(page).toHaveURL(/anomaly=A[167]$|written=/)
    await expect(page.getByTestId('total')).toContainText(`${count} in all`)
  }
})

test('a file’s raw text lies beside the parsed view on wide windows, and below it on narrow ones', async ({ page }) => {
  await page.goto('/spool/action/inflight')
  await page.getByRole('rowheader').first().getByRole('link').click()
  const raw = page.getByRole('region', { name: 'Raw text' })
  const parsed = page.getByRole('region', { name: 'Action', exact: true })
  const boxes = async () => {
    const [left, right] = [await parsed.boundingBox(), await raw.boundingBox()]
    if (!left || !right) throw new Error('not drawn')
    return { left, right }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  const wide = await boxes()
  expect(wide.right.x).toBeGreaterThanOrEqual(wide.left.x + wide.left.width)
  expect(Math.abs(wide.right.y - wide.left.y)).toBeLessThan(10)
  await page.setViewportSize({ width: 390, height: 844 })
  const narrow = await boxes()
  expect(narrow.right.y).toBeGreaterThanOrEqual(narrow.left.y + narrow.left.height)
})

test('a file that comes is seen within five seconds', async ({ page }) => {
  await page.goto('/spool/command/ready?size=200')
  await expect(page.getByRole('rowheader').first()).toBeVisible()
  const name = '6059408362783470592-6059408369206590464.json'
  const file = path.join(spool(), 'command/ready', name)
  writeFileSync(file, '{}')
  try {
    await expect(page.getByText(name)).toBeVisible({ timeout: 5_000 })
  } finally {
    unlinkSync(file)
  }
  await expect(page.getByText(name)).toBeHidden({ timeout: 5_000 })
})

test('what somebody plants is shown or refused in a word', async ({ page, request }) => {
  mkdirSync(planted('directory'))
  symlinkSync('/etc/passwd', planted('link'))
  symlinkSync('planted-loop', planted('loop'))
  execFileSync('mkfifo', [planted('fifo')])
  writeFileSync(planted('sparse'), '')
  truncateSync(planted('sparse'), 10 * 2 ** 30)
  writeFileSync(planted('empty'), '')
  writeFileSync(planted('half'), '{"id":1,"sta')
  writeFileSync(planted('deep'), `${'['.repeat(4_096)}${']'.repeat(4_096)}`)
  writeFileSync(planted('line\nbreak\u202e".json'), '{}')
  linkSync(planted('empty'), planted('second-name'))
  const said: Record<string, string> = {
    directory: 'This is a directory',
    link: 'This is a symbolic link',
    loop: 'This is a symbolic link',
    fifo: 'This is a named pipe',
    sparse: 'bytes are not opened',
    empty: 'The file is empty',
    half: 'written only in part',
    deep: '4,096 levels deep',
    'second-name': '2 names (hard links)',
  }
  try {
    await page.goto('/spool/command/done?name=planted-&size=200')
    for (const name of [...Object.keys(said), 'line%0Abreak%E2%80%AE".json'])
      await expect(page.getByRole('link', { name: `planted-${name}`, exact: true })).toBeVisible()
    for (const [name, sentence] of Object.entries(said)) {
      await page.goto(`/spool/command/done/file/planted-${name}`)
      await expect(page.getByText(sentence).first()).toBeVisible()
    }
    const refused = await request.get('/spool/command/done/file/planted-link/download')
    expect(refused.status()).toBe(409)
    const given = await request.get('/spool/command/done/file/planted-half/download')
    expect(given.headers()).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringContaining('attachment'),
    })
    for (const way of [
      '..%2f..%2f..',
      '%252e%252e%252f%252e%252e',
      '..%5c..',
      '%2e%2e%2f%2e%2e%2fagents_whitelist.txt',
      '%00',
    ]) {
      const answer = await request.get(`/spool/command/done/file/${way}/download`)
      expect([400, 404], way).toContain(answer.status())
    }
  } finally {
    for (const name of [...Object.keys(said), 'line\nbreak\u202e".json'])
      rmSync(planted(name), { recursive: true, force: true })
  }
})
