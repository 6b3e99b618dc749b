import { test as base, expect } from '@playwright/test'

/** Playwright's test, failing also when the page logs an error, breaks the content policy or has a failed request. */
export const test = base.extend<{ pageProblems: string[] }>({
  pageProblems: [
    async ({ page }, use) => {
      const problems: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`console: ${message.text()}`)
      })
      page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
      page.on('requestfailed', (request) => {
        const why = request.failure()?.errorText ?? ''
        // The browser itself drops requests of a page that is left.
        if (!/ERR_ABORTED/.test(why)) problems.push(`request: ${request.method()} ${request.url()} ${why}`)
      })
      page.on('response', (response) => {
        if (response.status() >= 500) problems.push(`response: ${response.status()} ${response.url()}`)
      })
      await use(problems)
      expect(problems).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
