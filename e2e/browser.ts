import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { chromium, type LaunchOptions } from '@playwright/test'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']
// Without these the browser speaks to its maker; the last one is for machines with a small /dev/shm.
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--disable-dev-shm-usage',
]

export const THREE_WAYS =
  'No browser for the tests: run "npx playwright install chromium", or install your system\'s chromium or Chrome, or set CHROMIUM_PATH to one.'

export type Browser = { found: true; path: string | undefined; name: string } | { found: false; problem: string }

/** The browser for the tests: CHROMIUM_PATH, Playwright's own download (path undefined), or one on the PATH. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): Browser {
  const wanted = environment.CHROMIUM_PATH
  if (wanted)
    return isExecutable(wanted)
      ? { found: true, path: wanted, name: wanted }
      : { found: false, problem: `CHROMIUM_PATH names ${wanted}, which is no program: correct it, or leave it out.` }
  if (existsSync(chromium.executablePath())) return { found: true, path: undefined, name: "Playwright's own Chromium" }
  for (const dir of (environment.PATH ?? '').split(path.delimiter).filter(Boolean))
    for (const name of NAMES) {
      const file = path.join(dir, name)
      if (isExecutable(file)) return { found: true, path: file, name: file }
    }
  return { found: false, problem: THREE_WAYS }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** How to launch it; the sandbox stays at Playwright's default, off: on, it fails as root. Throws the sentence when there is none. */
export function browserLaunch(): LaunchOptions {
  const browser = findBrowser()
  if (!browser.found) throw new Error(browser.problem)
  return { executablePath: browser.path, args: QUIET }
}
