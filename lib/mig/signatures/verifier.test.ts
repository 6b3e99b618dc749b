import { afterEach, describe, expect, test } from 'vitest'
import { type CheckRequest, Verifier } from './verifier'

const opened: Verifier[] = []
afterEach(() => {
  for (const verifier of opened.splice(0)) verifier.close()
})

function open(options: ConstructorParameters<typeof Verifier>[0] = {}): Verifier {
  const verifier = new Verifier(options)
  opened.push(verifier)
  return verifier
}

const REQUEST: CheckRequest = {
  stream: new Uint8Array([0xc2, 0]),
  hash: 'sha256',
  isText: false,
  trailer: new Uint8Array(6),
  left16: 70_000,
  keyId: '0123456789ABCDEF',
  keys: ['none'],
  candidates: [{ kind: 'exact', text: 'x' }],
}
const moments = Array.from({ length: 1001 }, (_, i) => String(i))
/** Some seconds of work that finds nothing. */
const LONG: CheckRequest = {
  ...REQUEST,
  candidates: [
    {
      kind: 'search',
      head: 'x'.repeat(100_000),
      from: moments,
      middle: '',
      until: moments,
      tail: '',
      apart: { offset: 0, limit: 1e9 },
    },
  ],
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && isAlive(pid); i++) await new Promise((done) => setTimeout(done, 50))
  return !isAlive(pid)
}

describe('the processes that check', () => {
  test('answer, and are used again', async () => {
    const verifier = open()
    const first = await verifier.check(REQUEST)
    expect(first).toEqual({ ok: true, reply: { match: null, alike: [], trouble: null } })
    const { pids } = verifier
    await verifier.check(REQUEST)
    expect(verifier.pids).toEqual(pids)
  })

  test('are killed when they take too long; others go on', async () => {
    const verifier = open({ deadlineMs: 500, workers: 1 })
    await verifier.check(REQUEST)
    const [pid = 0] = verifier.pids
    const [long, short] = await Promise.all([verifier.check(LONG), verifier.check(REQUEST)])
    expect(long).toEqual({ ok: false, why: 'slow' })
    expect(short.ok).toBe(true)
    expect(await gone(pid)).toBe(true)
  })

  test('are not killed because this process was busy', async () => {
    const verifier = open({ deadlineMs: 500, workers: 1 })
    await verifier.check(REQUEST)
    const answer = verifier.check(REQUEST)
    await new Promise((done) => setTimeout(done, 50))
    for (const until = performance.now() + 1_500; performance.now() < until; );
    expect((await answer).ok).toBe(true)
  })

  test('are not more than allowed, and a queue that is full says so', async () => {
    const verifier = open({ workers: 2, queue: 3, deadlineMs: 10_000 })
    const many = Array.from({ length: 8 }, () => verifier.check(REQUEST))
    expect(verifier.pids.length).toBe(2)
    const answers = await Promise.all(many)
    expect(answers.filter((one) => one.ok).length).toBe(5)
    expect(answers.filter((one) => !one.ok && one.why === 'busy').length).toBe(3)
  })

  test('that die are replaced', async () => {
    const verifier = open({ workers: 1 })
    await verifier.check(REQUEST)
    const [pid = 0] = verifier.pids
    const under = verifier.check(LONG)
    process.kill(pid, 'SIGKILL')
    expect(await under).toEqual({ ok: false, why: 'broken' })
    expect((await verifier.check(REQUEST)).ok).toBe(true)
    expect(verifier.pids).not.toEqual([pid])
  })

  test('end without work', async () => {
    const verifier = open({ workers: 1, idleMs: 100 })
    await verifier.check(REQUEST)
    const [pid = 0] = verifier.pids
    expect(await gone(pid)).toBe(true)
    expect(verifier.pids).toEqual([])
    expect((await verifier.check(REQUEST)).ok).toBe(true)
  })

  test('take what is not as it should be', async () => {
    const verifier = open({ workers: 1 })
    const odd = [
      { ...REQUEST, hash: 'nonsense' },
      { ...REQUEST, candidates: null },
      { ...REQUEST, trailer: null },
    ] as unknown as CheckRequest[]
    for (const request of odd) {
      const answer = await verifier.check(request)
      expect(answer.ok && answer.reply.trouble).toBeTruthy()
    }
    expect((await verifier.check(REQUEST)).ok).toBe(true)
  })
})
