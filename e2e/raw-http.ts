import http from 'node:http'

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string }

/** Sends one request as it stands: no browser adds, cleans or refuses a header or a path. Null takes Host away. */
export function send(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string | string[] | null>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port, host } = new URL(process.env.E2E_BASE_URL ?? '')
  const given: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries({ host, ...headers })) if (value !== null) given[name] = value
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
