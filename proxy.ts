import { type NextRequest, NextResponse } from 'next/server'
import { env } from '@/lib/env'

const SAFE = new Set(['GET', 'HEAD'])

const HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Nothing goes to other sites. With 'no-referrer' browsers send a form's POST with Origin null, which is refused below.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-permitted-cross-domain-policies': 'none',
  'cache-control': 'private, no-store',
}

/** Sets the policy headers and refuses writes from elsewhere. It is never the authority on who may do what. */
export function proxy(request: NextRequest) {
  if (!SAFE.has(request.method) && !isOwnOrigin(request)) return refuse('Cross-site request refused\n')
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  headers.set('x-mig-path', pathOf(request))
  // What is decided from is read where it is written.
  if (!SAFE.has(request.method)) headers.set('x-mig-write', '1')
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
  return response
}

/**
 * Next compares Origin and Host only when Origin is there, and believes X-Forwarded-Host: this does neither. The origin is
 * that of APP_URL, or without it http with the request's own Host, of which only loopback names get here.
 */
function isOwnOrigin(request: NextRequest): boolean {
  const own = env().appUrl ?? `http://${request.headers.get('host')}`
  return URL.canParse(own) && request.headers.get('origin') === new URL(own).origin
}

/** Path and query as the person asked for them, for the way back after sign-in; whatever a client says in this header is replaced. */
function pathOf(request: NextRequest): string {
  const url = new URL(request.nextUrl.href)
  if (url.searchParams.has('_rsc')) url.searchParams.delete('_rsc')
  return `${url.pathname}${url.search}`
}

function refuse(sentence: string): NextResponse {
  return new NextResponse(sentence, {
    status: 403,
    headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  })
}

function contentSecurityPolicy(nonce: string): string {
  const dev = process.env.NODE_ENV === 'development'
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    // The development tools write style elements without a nonce.
    dev ? `style-src 'self' 'unsafe-inline'` : `style-src 'self' 'nonce-${nonce}'`,
    // Widths of bars and the charts' drawing are style attributes; style elements still need the nonce.
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'${dev ? ' ws:' : ''}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

export const config = { matcher: [{ source: '/((?!_next/static/|_next/image$|icon\\.svg$).*)' }] }
