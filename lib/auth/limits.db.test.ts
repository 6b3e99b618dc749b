import { describe, expect, test } from 'vitest'
import { browser, earlyInTheMinute, from, keys, sign, usePeople } from '@/lib/testing/sign-in-scene'
import { issueChallenge } from './challenge'
import { LIMITS } from './limits'
import { newSecret } from './secrets'
import { signIn, tellFolded } from './sign-in'

describe('the limits', () => {
  const { owner, add, audit } = usePeople('data-rst')

  test('a valid signature is not refused for 120 refusals from its own address, which are few rows of the audit', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    const wrong = await sign(keys.stranger, challenge.text)
    await earlyInTheMinute()
    const before = (await audit()).length
    for (let i = 0; i < 120; i += 30)
      await Promise.all(
        Array.from({ length: 30 }, async () =>
          expect(await signIn({ browserSecret: secret, signature: wrong, origin })).toEqual({ ok: false }),
        ),
      )
    expect((await audit()).slice(before)).toHaveLength(LIMITS.refusal.address)

    const right = await sign(keys.ann, challenge.text)
    expect((await signIn({ browserSecret: secret, signature: right, origin })).ok).toBe(true)
    expect((await audit()).at(-1)).toMatchObject({ kind: 'session.begin' })

    // The minute passes; however many look after it, it is told once.
    await owner(`UPDATE dashboard.attempt SET minute = minute - interval '1 minute'`)
    await Promise.all([tellFolded(), tellFolded(), tellFolded()])
    const told = (await audit()).slice(before + LIMITS.refusal.address + 1)
    expect(told).toMatchObject([
      {
        kind: 'session.refuse',
        address: origin.address,
        detail: { why: 'beyond-the-limit', count: 120 - LIMITS.refusal.address, addresses: [origin.address] },
      },
    ])
  })

  test('refusals from many addresses are one row a minute beyond the limit of all', async () => {
    await earlyInTheMinute()
    await owner(
      `INSERT INTO dashboard.attempt (address, kind, minute, count) VALUES ('*', 'refusal', date_trunc('minute', clock_timestamp()), $1)`,
      [LIMITS.refusal.all],
    )
    const before = (await audit()).length
    const origins = [from(), from(), from(), from(), from()]
    await Promise.all(origins.map((origin) => signIn({ browserSecret: null, signature: 'x', origin })))
    expect((await audit()).slice(before)).toEqual([])
    await owner(`UPDATE dashboard.attempt SET minute = minute - interval '1 minute'`)
    await signIn({ browserSecret: null, signature: 'x', origin: from() })
    const rows = (await audit()).slice(before)
    expect(rows.map(({ address, detail }) => ({ address, detail }))).toEqual([
      {
        address: null,
        detail: {
          why: 'beyond-the-limit',
          count: 5,
          minute: expect.any(String),
          addresses: origins.map(({ address }) => address).sort(),
        },
      },
      { address: expect.any(String), detail: { why: 'no-open-text' } },
    ])
  })

  test('texts are given out only so often to one address; others and texts given before are not concerned', async () => {
    await add(7, keys.ann)
    const { secret, origin, challenge } = await browser()
    await earlyInTheMinute()
    await owner('DELETE FROM dashboard.attempt')
    for (let i = 0; i < LIMITS.issue.address; i++) expect(await issueChallenge(newSecret(), origin)).not.toBeNull()
    expect(await issueChallenge(newSecret(), origin)).toBeNull()
    // What it asks for in vain takes nothing from the others.
    expect(await owner(`SELECT count FROM dashboard.attempt WHERE address = '*' AND kind = 'issue'`)).toEqual([
      { count: LIMITS.issue.address },
    ])
    expect(await issueChallenge(newSecret(), from())).not.toBeNull()
    const signature = await sign(keys.ann, challenge.text)
    expect((await signIn({ browserSecret: secret, signature, origin })).ok).toBe(true)
  })

  test('texts are given out only so often in all', async () => {
    await earlyInTheMinute()
    await owner(
      `INSERT INTO dashboard.attempt (address, kind, minute, count) VALUES ('*', 'issue', date_trunc('minute', clock_timestamp()), $1)`,
      [LIMITS.issue.all],
    )
    expect(await issueChallenge(newSecret(), from())).toBeNull()
  })
})
