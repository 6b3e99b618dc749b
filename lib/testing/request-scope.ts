import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external'
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external'
import { RequestCookies } from 'next/dist/server/web/spec-extension/cookies'

/** Runs within a request as Next knows one, or where it makes a page beforehand: `headers()` and `cookies()` answer as there. */
export function inRequest<T>(
  run: () => Promise<T>,
  { headers = {}, type = 'request' }: { headers?: Record<string, string>; type?: 'request' | 'prerender-legacy' } = {},
): Promise<T> {
  const given = new Headers(headers)
  const unit = { type, phase: 'render', headers: given, cookies: new RequestCookies(given) }
  // Of both only what `headers()` and `cookies()` look at.
  return workAsyncStorage.run({ route: '/test' } as never, () => workUnitAsyncStorage.run(unit as never, run))
}
