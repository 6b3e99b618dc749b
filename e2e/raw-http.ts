import http from 'node:http'
import { cookieOf } from './fixtures'

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string }

/**
 * Sends one request as it stands: no browser adds, cleans or refuses a header or a path. It is an admin's, unless `cookie`
 * says otherwise; null takes Host or the cookie away.
 */
export function send(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
    site = process.env.E2E_BASE_URL ?? '',
  }: {
    method?: string
    headers?: Record<string, string | string[] | null>
    body?: string | Buffer
    site?: string
  } = {},
): Promise<Answer> {
  const { hostname, port, host } = new URL(site)
  const given: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries({ host, cookie: cookieOf('admin'), ...headers }))
    if (value !== null) given[name] = value
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, path, method, headers: given, setHost: false, agent: false },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
