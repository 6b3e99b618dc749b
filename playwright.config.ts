import { defineConfig } from '@playwright/test'
import { browserLaunch } from './e2e/browser'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  globalSetup: './e2e/global-setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // Which tests needed it is said at the end, and more than a few of them fail the run (lib/testing/reports.ts).
  retries: 1,
  // Generous, for busy machines: no test asserts a time.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    // Set by the global setup before a worker reads this file.
    baseURL: process.env.E2E_BASE_URL,
    launchOptions: browserLaunch(),
    locale: 'en-GB',
    timezoneId: 'Asia/Kolkata',
    viewport: { width: 1280, height: 800 },
    // Without a film of the page, which costs a fifth of the browser's time: each step keeps its document.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
  },
})
