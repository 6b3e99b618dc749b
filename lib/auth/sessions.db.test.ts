import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { recordAudit } from '@/lib/audit/record'
import { db } from '@/lib/db/prisma'
import { sql } from '@/lib/db/sql'
import type { MigId } from '@/lib/mig/wire/id'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { endThisSession, revokeSession } from './mutations'
import { listOwnSessions, listSessions } from './queries'
import { newSecret } from './secrets'
import { createSession, sessionPerson } from './sessions'
import type { Viewer } from './viewer'
import { inLongWrite, inOwnWrite, inWrite } from './write'

const ANN = { id: '7' as MigId, name: 'Ann', fingerprint: 'A'.repeat(40) }
const BOB = { id: '8' as MigId, name: 'Bob', fingerprint: 'B'.repeat(40) }
const ORIGIN = { address: '192.0.2.1', browser: 'a browser' }

type SignedIn = { secret: string; id: string; viewer: Viewer }

describe('sessions', () => {
  const { owner } = useDatabaseOf('data-rst')

  beforeEach(async () => {
    await owner(
      'DELETE FROM public.investigators; DELETE FROM public.modules; DELETE FROM dashboard.person; DELETE FROM dashboard.session',
    )
    for (const { id, name, fingerprint } of [ANN, BOB])
      await owner('INSERT INTO public.investigators (id, name, pgpfingerprint) VALUES ($1, $2, $3)', [
        id,
        name,
        fingerprint,
      ])
    await setRole(ANN, 'admin')
  })

  const setRole = ({ id, fingerprint }: typeof ANN, role: string, disabled = false) =>
    owner(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, role, disabled_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (investigator_id, fingerprint) DO UPDATE SET role = EXCLUDED.role, disabled_at = EXCLUDED.disabled_at`,
      [id, fingerprint, role, disabled ? new Date() : null],
    )

  /** A session, and the viewer that a request with its cookie is. */
  async function signedIn(person: typeof ANN, role: Viewer['role']): Promise<SignedIn> {
    const { id, secret } = await db().$transaction((tx) => createSession(tx, person, ORIGIN))
    const viewer = { ...testViewer(role, person), via: 'web', sessionId: id, address: ORIGIN.address } as Viewer
    return { id, secret, viewer }
  }

  const changed = async () => (await owner('SELECT name FROM public.modules')).map(({ name }) => name)
  const audit = () => owner('SELECT * FROM dashboard.audit ORDER BY id')

  /** A change of MIG's tables as the mutations make it, with `meanwhile` between their first look and the change. */
  const change = (viewer: Viewer, meanwhile: () => Promise<unknown> = async () => {}) =>
    inWrite(viewer, async (tx) => {
      await meanwhile()
      await tx.$executeRaw(sql`INSERT INTO public.modules (id, name) VALUES (1, 'netstat')`)
      await recordAudit(tx, viewer, {
        kind: 'test.change',
        object: { type: 'test', id: '1' },
        before: null,
        after: { name: 'netstat' },
      })
    })

  describe('a session', () => {
    test('is its person’s, with the role that counts now', async () => {
      const ann = await signedIn(ANN, 'admin')
      expect(await sessionPerson(ann.secret)).toEqual({ sessionId: ann.id, ...ANN, role: 'admin' })
      expect(await sessionPerson(newSecret())).toBeNull()
      const [kept] = await owner('SELECT *, expires_at - created_at AS span FROM dashboard.session')
      expect(JSON.stringify(kept)).not.toContain(ann.secret)
      expect(kept?.span).toMatchObject({ hours: 12 })
    })

    test.each([
      ['after an hour without use', `last_used_at = clock_timestamp() - interval '61 minutes'`],
      ['after twelve hours in any case', `expires_at = clock_timestamp() - interval '1 second'`],
      ['when it was ended', `ended_at = clock_timestamp()`],
    ])('is over %s, for reading and for writing', async (_, set) => {
      const ann = await signedIn(ANN, 'admin')
      await owner(`UPDATE dashboard.session SET ${set}`)
      expect(await sessionPerson(ann.secret)).toBeNull()
      await expect(change(ann.viewer)).rejects.toMatchObject({ code: 'unauthenticated' })
      await expect(inOwnWrite(ann.viewer, async () => 1)).rejects.toMatchObject({ code: 'unauthenticated' })
      expect(await changed()).toEqual([])
    })

    test('stays as long as it is used', async () => {
      const ann = await signedIn(ANN, 'admin')
      await owner(`UPDATE dashboard.session SET last_used_at = clock_timestamp() - interval '59 minutes'`)
      expect(await sessionPerson(ann.secret)).not.toBeNull()
      const [used] = await owner(
        `SELECT clock_timestamp() - last_used_at < interval '10 seconds' AS fresh FROM dashboard.session`,
      )
      expect(used).toEqual({ fresh: true })
      expect(await sessionPerson(ann.secret)).not.toBeNull()
    })

    test.each([
      ['the role none', () => setRole(ANN, 'none')],
      ['a disabled person', () => setRole(ANN, 'admin', true)],
      ['a replaced key', () => owner(`UPDATE public.investigators SET pgpfingerprint = repeat('C', 40) WHERE id = 7`)],
      ['a removed row', () => owner('DELETE FROM public.investigators WHERE id = 7')],
    ])('counts for nothing with %s', async (_, meanwhile) => {
      const ann = await signedIn(ANN, 'admin')
      await meanwhile()
      expect(await sessionPerson(ann.secret)).toBeNull()
      await expect(change(ann.viewer)).rejects.toMatchObject({ code: 'unauthenticated' })
      expect(await changed()).toEqual([])
    })

    test('of an admin who became an investigator reads, and writes nothing', async () => {
      const ann = await signedIn(ANN, 'admin')
      await setRole(ANN, 'investigator')
      expect(await sessionPerson(ann.secret)).toMatchObject({ role: 'investigator' })
      await expect(change(ann.viewer)).rejects.toMatchObject({ code: 'forbidden' })
      expect(await changed()).toEqual([])
    })

    test('another person’s role for the same id does not count', async () => {
      await setRole({ ...BOB, fingerprint: 'C'.repeat(40) }, 'admin')
      const bob = await signedIn(BOB, 'admin')
      expect(await sessionPerson(bob.secret)).toMatchObject({ role: 'investigator' })
      await expect(change(bob.viewer)).rejects.toMatchObject({ code: 'forbidden' })
    })
  })

  describe('a write in flight', () => {
    test('is refused with nothing changed when its session was revoked before it began', async () => {
      const ann = await signedIn(ANN, 'admin')
      const other = await signedIn(ANN, 'admin')
      await revokeSession(other.viewer, ann.id)
      const before = (await audit()).length
      await expect(change(ann.viewer)).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringContaining('nothing was changed'),
      })
      expect(await changed()).toEqual([])
      expect(await audit()).toHaveLength(before)
    })

    test('that has begun holds the session: who revokes it waits, and the next write is refused', async () => {
      const ann = await signedIn(ANN, 'admin')
      const other = await signedIn(ANN, 'admin')
      const order: string[] = []
      let revoking: Promise<unknown> = Promise.resolve()
      await change(ann.viewer, async () => {
        revoking = revokeSession(other.viewer, ann.id).then(() => order.push('revoked'))
        await new Promise((done) => setTimeout(done, 300))
        order.push('written')
      })
      await revoking
      expect(order).toEqual(['written', 'revoked'])
      expect(await changed()).toEqual(['netstat'])
      expect(await sessionPerson(ann.secret)).toBeNull()
      await owner('DELETE FROM public.modules')
      await expect(change(ann.viewer)).rejects.toMatchObject({ code: 'unauthenticated' })
      expect(await changed()).toEqual([])
    })
  })

  describe('a long write', () => {
    const WAIT = { lock: 4_217_999, timeout: 20_000, wait: { ms: 1000, busy: 'busy' } }

    const longChange = (viewer: Viewer, { before = async () => {}, after = async () => {} }: Meanwhile) =>
      inLongWrite(
        viewer,
        async (tx, stillMay) => {
          await tx.$executeRaw(sql`INSERT INTO public.modules (id, name) VALUES (1, 'netstat')`)
          await before()
          await stillMay()
          await after()
        },
        WAIT,
      )
    type Meanwhile = { before?: () => Promise<unknown>; after?: () => Promise<unknown> }

    test.each([
      ['its session ended', 'unauthenticated', (bob: Viewer, id: string) => revokeSession(bob, id)],
      ['its role taken away', 'forbidden', () => setRole(ANN, 'investigator')],
      ['its person disabled', 'unauthenticated', () => setRole(ANN, 'admin', true)],
    ] as const)('makes nobody wait meanwhile, and with %s writes nothing', async (_, code, take) => {
      await setRole(BOB, 'admin')
      const ann = await signedIn(ANN, 'admin')
      const bob = await signedIn(BOB, 'admin')
      await expect(longChange(ann.viewer, { before: () => take(bob.viewer, ann.id) })).rejects.toMatchObject({
        code,
        message: expect.stringContaining('nothing was changed'),
      })
      expect(await changed()).toEqual([])
      await expect(longChange(ann.viewer, {})).rejects.toMatchObject({ code })
    })

    test('keeps the session from the second look to its end', async () => {
      const ann = await signedIn(ANN, 'admin')
      const other = await signedIn(ANN, 'admin')
      const order: string[] = []
      let revoking: Promise<unknown> = Promise.resolve()
      await longChange(ann.viewer, {
        after: async () => {
          revoking = revokeSession(other.viewer, ann.id).then(() => order.push('revoked'))
          await new Promise((done) => setTimeout(done, 300))
          order.push('written')
        },
      })
      await revoking
      expect(order).toEqual(['written', 'revoked'])
      expect(await changed()).toEqual(['netstat'])
    })

    test('that never looked again is undone', async () => {
      const ann = await signedIn(ANN, 'admin')
      const write = inLongWrite(
        ann.viewer,
        (tx) => tx.$executeRaw(sql`INSERT INTO public.modules (id, name) VALUES (1, 'netstat')`),
        WAIT,
      )
      await expect(write).rejects.toThrow('second look')
      expect(await changed()).toEqual([])
    })

    test('of any kind lets the pages of its session through', async () => {
      const ann = await signedIn(ANN, 'admin')
      await owner(`UPDATE dashboard.session SET last_used_at = clock_timestamp() - interval '59 minutes'`)
      const look = async () => expect(await sessionPerson(ann.secret)).toMatchObject({ id: ANN.id })
      await change(ann.viewer, look)
      expect(await changed()).toEqual(['netstat'])
    })
  })

  describe('ending sessions', () => {
    test('signing out ends this one, with one audit row', async () => {
      const ann = await signedIn(ANN, 'admin')
      const other = await signedIn(ANN, 'admin')
      const before = (await audit()).length
      await endThisSession(ann.viewer, 'signed out')
      expect(await sessionPerson(ann.secret)).toBeNull()
      expect(await sessionPerson(other.secret)).not.toBeNull()
      const rows = (await audit()).slice(before)
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({
        kind: 'session.end',
        object_id: ann.id,
        viewer_name: 'Ann',
        address: ORIGIN.address,
        before: { investigator: '7', fingerprint: ANN.fingerprint, address: ORIGIN.address, browser: 'a browser' },
        detail: { why: 'signed out' },
      })
      await expect(endThisSession(ann.viewer, 'signed out')).rejects.toMatchObject({ code: 'unauthenticated' })
      expect(await audit()).toHaveLength(before + 1)
    })

    test('an investigator ends own ones, and knows nothing of others’', async () => {
      const bob = await signedIn(BOB, 'investigator')
      const second = await signedIn(BOB, 'investigator')
      const ann = await signedIn(ANN, 'admin')
      expect(await revokeSession(bob.viewer, second.id)).toEqual({ name: 'Bob', isOwn: true })
      expect(await sessionPerson(second.secret)).toBeNull()
      const before = (await audit()).length
      for (const id of [ann.id, randomUUID()])
        await expect(revokeSession(bob.viewer, id)).rejects.toMatchObject({ code: 'not_found' })
      await expect(revokeSession(bob.viewer, second.id)).rejects.toMatchObject({ code: 'conflict' })
      expect(await sessionPerson(ann.secret)).not.toBeNull()
      expect(await audit()).toHaveLength(before)
    })

    test('an admin ends anybody’s, unless no admin any more', async () => {
      const ann = await signedIn(ANN, 'admin')
      const bob = await signedIn(BOB, 'investigator')
      expect(await revokeSession(ann.viewer, bob.id)).toEqual({ name: 'Bob', isOwn: false })
      expect(await sessionPerson(bob.secret)).toBeNull()
      const again = await signedIn(BOB, 'investigator')
      await setRole(ANN, 'investigator')
      await expect(revokeSession(ann.viewer, again.id)).rejects.toMatchObject({ code: 'forbidden' })
      expect(await sessionPerson(again.secret)).not.toBeNull()
    })

    test('two who end each other’s session at once: one is quicker, and neither waits for ever', async () => {
      for (let round = 0; round < 10; round++) {
        const [one, two] = [await signedIn(ANN, 'admin'), await signedIn(ANN, 'admin')]
        const results = await Promise.allSettled([revokeSession(one.viewer, two.id), revokeSession(two.viewer, one.id)])
        const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason)
        expect(refused).toMatchObject([{ code: 'unauthenticated' }])
        expect([await sessionPerson(one.secret), await sessionPerson(two.secret)].filter(Boolean)).toHaveLength(1)
      }
    })

    test('lists are one’s own, or for an admin everybody’s; only live ones', async () => {
      const ann = await signedIn(ANN, 'admin')
      const bob = await signedIn(BOB, 'investigator')
      const gone = await signedIn(BOB, 'investigator')
      await revokeSession(bob.viewer, gone.id)
      expect(await listOwnSessions(bob.viewer)).toMatchObject([
        { id: bob.id, isThis: true, person: { id: '8', name: 'Bob' }, address: ORIGIN.address, browser: 'a browser' },
      ])
      const all = await listSessions(ann.viewer)
      expect(all.more).toBe(false)
      expect(all.rows.map(({ id, isThis }) => [id, isThis]).sort()).toEqual(
        [
          [ann.id, true],
          [bob.id, false],
        ].sort(),
      )
      await expect(listSessions(bob.viewer)).rejects.toMatchObject({ code: 'forbidden' })
    })
  })
})
