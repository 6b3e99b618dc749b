import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createGunzip, gunzipSync } from 'node:zlib'

export type Answer = { status: number; ms: number; bytes: number; body: Buffer }

/** Somebody who is signed in and asks for pages over a connection of their own, as a browser does. */
export class Visitor {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 6 })

  constructor(
    private readonly url: string,
    private readonly cookie: string,
  ) {}

  /** Asks for an address; `ms` runs to the last byte, `bytes` are those of the body as it was sent. */
  ask(path: string): Promise<Answer> {
    const begun = performance.now()
    return new Promise((resolve, reject) => {
      const headers = { cookie: this.cookie, 'accept-encoding': 'gzip' }
      const request = http.get(this.url + path, { agent: this.agent, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.once('error', reject)
        response.once('end', () => {
          const ms = performance.now() - begun
          const sent = Buffer.concat(parts)
          const body = response.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
          resolve({ status: response.statusCode ?? 0, ms, bytes: sent.length, body })
        })
      })
      request.once('error', reject)
    })
  }

  /** Takes an answer without keeping it, counting its lines: an export. */
  drain(path: string): Promise<{ status: number; ms: number; bytes: number; lines: number }> {
    const begun = performance.now()
    return new Promise((resolve, reject) => {
      const headers = { cookie: this.cookie, 'accept-encoding': 'gzip' }
      const request = http.get(this.url + path, { agent: this.agent, headers }, (response) => {
        let [bytes, lines] = [0, 0]
        response.on('data', (part: Buffer) => {
          bytes += part.length
        })
        const unpacked = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response
        unpacked.on('data', (part: Buffer) => {
          for (let at = part.indexOf(0x0a); at >= 0; at = part.indexOf(0x0a, at + 1)) lines++
        })
        response.once('aborted', () => reject(new Error(`${path} ended before its end`)))
        unpacked.once('error', reject)
        unpacked.once('end', () =>
          resolve({ status: response.statusCode ?? 0, ms: performance.now() - begun, bytes, lines }),
        )
      })
      request.once('error', reject)
    })
  }

  leave(): void {
    this.agent.destroy()
  }
}

/** Lets the most that a process and its children had be measured from now on, where the system can. */
export function forgetPeak(pid: number): void {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    for (const child of children) forgetPeak(child)
  } catch {
    // The most since its start is told instead.
  }
}

/** Megabytes of memory that a process and its children have now, and had at most; null where /proc does not tell. */
export function memoryOf(pid: number): { now: number; most: number } | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const megabytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
    const own = { now: megabytes('VmRSS'), most: megabytes('VmHWM') }
    return children.reduce((sum, child) => {
      const more = memoryOf(child)
      return more ? { now: sum.now + more.now, most: sum.most + more.most } : sum
    }, own)
  } catch {
    return null
  }
}
