import { PAGE_ROUTES, routesOf } from './app-routes'
import { cookieOf } from './fixtures'

export { PAGE_ROUTES }

/** How many addresses of one route are remembered: the first row of a list may lead to an empty page. */
const ADDRESSES = 12

const handlers = new Set(routesOf('route.ts'))

// Lists only when the address asks for something: two actions, signers and modules, or a change.
const CONDITIONAL = ['/actions/compare', '/acl/powers', '/acl/what-if', '/acl/what-if/sets', '/acl/bulk']

/** The pages that have an export beside them: the lists. */
export const LIST_ROUTES: readonly string[] = PAGE_ROUTES.filter(
  (route) => handlers.has(`${route}/export`) && !CONDITIONAL.includes(route),
)

export const isDynamic = (route: string): boolean => route.includes('[')

const fixed = new Set([...PAGE_ROUTES, ...handlers].filter((route) => !isDynamic(route)))
const fits = (route: string, pathname: string): boolean => {
  if (fixed.has(pathname)) return pathname === route
  const pattern = route.replace(/[.+*?^$()|{}]/g, '\\$&').replace(/\[[^\]]+\]/g, '[^/]+')
  return new RegExp(`^${pattern}$`).test(pathname)
}

/** The route that an address belongs to, for telling addresses of a kind apart; the address itself when no page or handler has it. */
export function routeOf(pathname: string): string {
  return [...PAGE_ROUTES, ...handlers].find((route) => fits(route, pathname)) ?? pathname
}

const found = new Map<string, Promise<string[]>>()

/** Addresses of a route: itself, or what the pages above it link to, in their order. Throws when no link leads there. */
export function addressesOf(route: string): Promise<string[]> {
  const known = found.get(route) ?? search(route)
  found.set(route, known)
  return known
}

/** The first address of a route. */
export async function addressOf(route: string): Promise<string> {
  const [first = route] = await addressesOf(route)
  return first
}

async function search(route: string): Promise<string[]> {
  if (!isDynamic(route)) return [route]
  const above = PAGE_ROUTES.filter((one) => one !== route && (route.startsWith(`${one}/`) || one === '/'))
  const addresses = new Set<string>()
  for (const parent of above.reverse()) {
    for (const address of await addressesOf(parent)) {
      const answer = await fetch(`${process.env.E2E_BASE_URL}${address}`, {
        headers: { cookie: cookieOf('admin') ?? '' },
      })
      for (const [, href = ''] of (await answer.text()).matchAll(/\shref="(\/[^"#?]*)/g))
        if (fits(route, href)) addresses.add(href.replaceAll('&amp;', '&'))
      if (addresses.size >= ADDRESSES) return [...addresses].slice(0, ADDRESSES)
    }
  }
  if (addresses.size === 0) throw new Error(`No link leads to a page ${route}.`)
  return [...addresses]
}

/**
 * What keeps a list as it is while it is read twice: the clock moves some (agents drop out of the documented
 * windows for minutes when nothing keeps the demo alive), and exports themselves write the audit.
 */
export function still(route: string): string {
  if (route === '/audit') return `to=${new Date(Date.now() - 1000).toISOString().slice(0, 19)}Z`
  // Other tests change rules, and with them which endpoints have one ACL.
  if (route === '/acl/files') return 'name=storage'
  if (route === '/agents/doubles') return 'window=480h'
  if (route === '/agents/offline') return 'seen=2000h&silent=72h'
  const ago = (hours: number) => `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 16)}:00Z`
  if (route === '/agents/health/endpoints') return `at=${ago(1)}`
  if (route === '/agents/health/difference') return `from=${ago(49)}&to=${ago(1)}`
  return ''
}
