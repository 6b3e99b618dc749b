import { readdirSync } from 'node:fs'
import path from 'node:path'

const APP = path.resolve(import.meta.dirname, '../app')

const files = readdirSync(APP, { recursive: true, encoding: 'utf8' }).map((file) => file.split(path.sep).join('/'))

/** The routes of the site that have this file, '/actions/[id]' for one. */
export const routesOf = (file: string): string[] =>
  files
    .filter((one) => one === file || one.endsWith(`/${file}`))
    .map((one) => `/${one.split('/').slice(0, -1).join('/')}`.replace(/\/\([^)]*\)/g, '') || '/')
    .sort()

/** Every page of the site as its route: a new page is in all tests of pages by itself. Not the one for addresses that lead nowhere. */
export const PAGE_ROUTES: readonly string[] = routesOf('page.tsx').filter((route) => !route.includes('[...'))
