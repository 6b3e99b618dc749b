import { test as base, expect, type Page } from '@playwright/test'

export type Role = 'admin' | 'investigator' | 'nobody'

/** The session cookie of a role, as a Cookie header has it; null for nobody. */
export function cookieOf(role: Role): string | null {
  if (role === 'nobody') return null
  return (role === 'admin' ? process.env.E2E_ADMIN_COOKIE : process.env.E2E_INVESTIGATOR_COOKIE) ?? null
}

function stateOf(role: Role) {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(cookieOf(role) ?? '') ?? []
  const { hostname } = new URL(process.env.E2E_BASE_URL ?? 'http://127.0.0.1')
  const cookie = { name, value, domain: hostname, path: '/', expires: -1, httpOnly: true, secure: false }
  return { cookies: name ? [{ ...cookie, sameSite: 'Lax' as const }] : [], origins: [] }
}

/**
 * Playwright's test, signed in as an admin, or with `test.use({ role })` as another, failing also when the page logs an error or a warning, breaks the content policy or has a failed
 * request. A test that provokes one takes it out: `pageProblems.splice(0)`.
 */
export const test = base.extend<{ role: Role; pageProblems: string[] }>({
  role: ['admin', { option: true }],
  storageState: async ({ role }, use) => use(stateOf(role)),
  pageProblems: [
    async ({ page, javaScriptEnabled }, use) => {
      const problems: string[] = []
      await watchPage(page, problems, javaScriptEnabled)
      await use(problems)
      expect(problems).toEqual([])
    },
    { auto: true },
  ],
})

/** Adds to `problems` what goes wrong in a page from now on. */
export async function watchPage(page: Page, problems: string[], scripts = true): Promise<void> {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // The browser itself drops requests of a page that is left, and every script when scripts are off.
    const dropped = /ERR_ABORTED/.test(why) || (!scripts && request.resourceType() === 'script')
    if (!dropped) problems.push(`request: ${request.method()} ${request.url()} ${why}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`response: ${response.status()} ${response.url()}`)
  })
  // The browser logs most violations, but not those of a report-only policy or of a style attribute that a script sets.
  await page.exposeFunction('tellOfViolation', (text: string) => problems.push(`content policy: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { tellOfViolation } = window as unknown as { tellOfViolation: (text: string) => void }
      tellOfViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)
    })
  })
}

/** Waits until React has taken over the page: before that a click on a link is a plain navigation. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(
    () => Object.keys(document.querySelector('main') ?? {}).some((name) => name.startsWith('__react')),
    null,
    { timeout: 10_000 },
  )
}

/** A list's rows by what names them for good: where they lead, or their moment; a state or an age beside it changes. */
export function rowKeys(page: Page): Promise<(string | null)[]> {
  return page
    .getByRole('main')
    .getByRole('rowheader')
    .evaluateAll((heads) =>
      heads.map(
        (head) =>
          head.querySelector('a')?.getAttribute('href') ?? head.querySelector('time')?.dateTime ?? head.textContent,
      ),
    )
}

export { expect }
