import { describe, expect, test } from 'vitest'
import { browser, keys, sign, usePeople } from '@/lib/testing/sign-in-scene'
import { sessionPerson } from './sessions'
import { signIn } from './sign-in'

describe.each(['data-rst', 'scripts', '2019'] as const)('signing in, layout %s', (vintage) => {
  const { owner, add, audit } = usePeople(vintage)

  test.each(['ann', 'rsa', 'p256', 'subkey'] as const)('by the key %s, which says who it is', async (which) => {
    await add(7, keys[which], { name: 'Ann Lee' })
    await add(8, keys.stranger, { name: 'Another' })
    const { secret, origin, challenge } = await browser()
    const before = (await audit()).length
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys[which], challenge.text), origin })
    expect(signed).toMatchObject({ ok: true, name: 'Ann Lee' })
    if (!signed.ok) return
    expect(signed.secret).toMatch(/^[\w-]{43}$/)
    expect(await sessionPerson(signed.secret)).toMatchObject({
      id: '7',
      name: 'Ann Lee',
      fingerprint: keys[which].fingerprint,
      role: 'investigator',
    })
    const rows = (await audit()).slice(before)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      kind: 'session.begin',
      viewer_name: 'Ann Lee',
      viewer_fingerprint: keys[which].fingerprint,
      viewer_role: 'investigator',
      via: 'web',
      address: origin.address,
    })
    const kept = JSON.stringify([await owner('SELECT * FROM dashboard.session'), rows])
    expect(kept).not.toContain(signed.secret)
  })

  test('whatever other rows hold the key', async () => {
    for (const id of [6, 8])
      await add(id, keys.ann, { fingerprint: id === 6 ? keys.stranger.fingerprint : keys.rsa.fingerprint })
    await add(7, keys.ann, { name: 'Ann Lee' })
    const { secret, origin, challenge } = await browser()
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys.ann, challenge.text), origin })
    expect(signed).toMatchObject({ ok: true, name: 'Ann Lee' })
  })

  test('of a fingerprint that was entered in lower case with blanks', async () => {
    const spaced = keys.ann.fingerprint
      .toLowerCase()
      .replace(/(.{8})/g, '$1 ')
      .trim()
      .slice(0, 50)
    // Some layouts have a column of 50 characters.
    await add(7, keys.ann, { fingerprint: spaced })
    const { secret, origin, challenge } = await browser()
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys.ann, challenge.text), origin })
    expect(signed.ok).toBe(true)
  })
})

describe('signing in, layout 2019', () => {
  const { add, audit } = usePeople('2019')

  test.each([
    ['not active in MIG', { status: 'disabled' }],
    ['without the rights to read', { permissions: 1 }],
  ])('a person %s is refused', async (_, facts) => {
    await add(7, keys.ann, facts)
    const { secret, origin, challenge } = await browser()
    const before = (await audit()).length
    const signed = await signIn({ browserSecret: secret, signature: await sign(keys.ann, challenge.text), origin })
    expect(signed).toEqual({ ok: false })
    expect((await audit()).slice(before)).toMatchObject([{ kind: 'session.refuse', detail: { why: 'no-role' } }])
  })
})
