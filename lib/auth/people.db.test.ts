import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { db } from '@/lib/db/prisma'
import { addInvestigator } from '@/lib/mig/investigators/mutations'
import type { MigId } from '@/lib/mig/wire/id'
import type { TestVintage } from '@/lib/testing/database'
import { newKey } from '@/lib/testing/keys'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { disablePerson, enablePerson, setRole } from './people'
import { findPerson, getPerson, listPeople } from './people-queries'
import { createSession, sessionPerson } from './sessions'
import { createToken } from './token-mutations'
import { tokenPerson } from './tokens'
import type { Viewer } from './viewer'

const operator = testViewer('admin', { id: null, name: 'operator' })
const ORIGIN = { address: '127.0.0.1', browser: 'test' }

type Someone = { id: MigId; name: string; fingerprint: string }

async function add(name: string, admin = false): Promise<Someone> {
  const { publicKey, fingerprint } = await newKey(name)
  const { id } = await addInvestigator(operator, { name: '', key: publicKey }, { admin, anyway: true })
  return { id, name, fingerprint }
}

/** A session of the person and the viewer that a request with its cookie would be. */
async function signedIn(person: Someone, role: Viewer['role']): Promise<{ secret: string; viewer: Viewer }> {
  const session = await db().$transaction((tx) => createSession(tx, person, ORIGIN))
  const viewer = { ...testViewer(role, person), via: 'web', sessionId: session.id, address: '127.0.0.1' } as Viewer
  return { secret: session.secret, viewer }
}

const row = (vintage: TestVintage, id: number, name: string, fingerprint: string | null) => {
  const later =
    vintage === '2019' ? [', status, createdat, lastmodified, permissions', `, 'active', now(), now(), 63`] : ['', '']
  return `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]})
    VALUES (${id}, '${name}', ${fingerprint === null ? 'NULL' : `'${fingerprint}'`}${later[1]})`
}

describe.each(['data-rst', 'scripts', '2019'] as const)('people, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)
  beforeEach(async () => {
    await owner('DELETE FROM public.investigators; DELETE FROM dashboard.person; DELETE FROM dashboard.session')
  })
  const audits = async () => Number((await owner('SELECT count(*) AS n FROM dashboard.audit'))[0]?.n)
  const lastAudit = async () => (await owner('SELECT * FROM dashboard.audit ORDER BY id DESC LIMIT 1'))[0]
  const status = async (id: MigId) =>
    (await owner('SELECT status, lastmodified FROM public.investigators WHERE id = $1', [id]))[0]

  test('a granted role counts, ends the sessions, leaves one audit row; taken back, the default counts', async () => {
    const ann = await add('Ann')
    const { secret } = await signedIn(ann, 'investigator')
    expect(await sessionPerson(secret)).toMatchObject({ id: ann.id, role: 'investigator' })
    const before = await audits()
    const granted = await setRole(operator, { investigatorId: ann.id, role: 'admin' })
    expect(granted).toMatchObject({ id: ann.id, role: 'admin', sessionsEnded: 1, tokensRevoked: 0 })
    expect(await sessionPerson(secret)).toBeNull()
    expect(await audits()).toBe(before + 1)
    expect(await lastAudit()).toMatchObject({
      kind: 'role.grant',
      object_type: 'investigator',
      object_id: ann.id,
      viewer_name: 'operator',
      before: { granted: null, role: 'investigator', disabled: false },
      after: { granted: 'admin', role: 'admin', disabled: false },
      detail: { name: 'Ann', fingerprint: ann.fingerprint, sessionsEnded: 1 },
    })
    expect((await signedIn(ann, 'admin')) && (await getPerson(operator, ann.id))).toMatchObject({
      role: 'admin',
      why: 'granted',
      canSignIn: true,
    })
    await add('Another', true)
    expect(await setRole(operator, { investigatorId: ann.id, role: null })).toMatchObject({ role: 'investigator' })
    expect(await lastAudit()).toMatchObject({
      kind: 'role.revoke',
      before: { granted: 'admin' },
      after: { granted: null },
    })
    expect(await setRole(operator, { investigatorId: ann.id, role: 'none' })).toMatchObject({ role: 'none' })
  })

  test('what the person saw must still be so', async () => {
    const ann = await add('Ann')
    await setRole(operator, { investigatorId: ann.id, role: 'investigator' })
    const before = await audits()
    const cases: [Parameters<typeof setRole>[1], string][] = [
      [{ investigatorId: ann.id, role: 'admin', seen: null }, 'it is the role investigator, you saw no granted role'],
      [{ investigatorId: ann.id, role: 'admin', fingerprint: 'A'.repeat(40) }, 'was replaced meanwhile'],
      [{ investigatorId: ann.id, role: 'investigator' }, 'has the role investigator already'],
    ]
    for (const [input, sentence] of cases)
      await expect(setRole(operator, input)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(sentence),
      })
    await expect(setRole(operator, { investigatorId: '404' as MigId, role: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await audits()).toBe(before)
    expect((await getPerson(operator, ann.id))?.granted).toBe('investigator')
  })

  test('a role is bound to the fingerprint: with another key it counts no more', async () => {
    const ann = await add('Ann', true)
    const { publicKey, fingerprint } = await newKey('Ann')
    const key = vintage === 'data-rst' ? '$2' : `convert_to($2, 'UTF8')`
    await owner(`UPDATE public.investigators SET pgpfingerprint = $3, publickey = ${key} WHERE id = $1`, [
      ann.id,
      publicKey,
      fingerprint,
    ])
    expect(await getPerson(operator, ann.id)).toMatchObject({ role: 'investigator', granted: null })
  })

  test('no role without a key; the scheduler has none and cannot be disabled', async () => {
    await owner(row(vintage, 11, 'Keyless', 'C'.repeat(40)))
    await owner(row(vintage, 13, 'MIG Scheduler', 'D'.repeat(40)))
    if (vintage !== 'data-rst') {
      await owner(row(vintage, 12, 'Nameless', null))
      for (const role of ['admin', 'none'] as const)
        await expect(setRole(operator, { investigatorId: '12' as MigId, role })).rejects.toMatchObject({
          message: expect.stringContaining('has no fingerprint'),
        })
    }
    for (const role of ['admin', 'investigator'] as const)
      await expect(setRole(operator, { investigatorId: '11' as MigId, role })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('no key is stored'),
      })
    expect(await setRole(operator, { investigatorId: '11' as MigId, role: 'none' })).toMatchObject({ role: 'none' })
    const scheduler = { investigatorId: '13' as MigId }
    await expect(setRole(operator, { ...scheduler, role: 'admin' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(disablePerson(operator, scheduler)).rejects.toMatchObject({
      message: expect.stringContaining("scheduler's own row"),
    })
    if (vintage === '2019') expect((await status('13' as MigId))?.status).toBe('active')
  })

  test('disabling ends sessions and tokens and, where MIG has one, changes the status; enabling brings back the role', async () => {
    const ann = await add('Ann', true)
    await add('Bob', true)
    const { secret } = await signedIn(ann, 'admin')
    const token = await createToken(operator, { kind: 'person', investigatorId: ann.id, name: 'report', days: 1 })
    expect(await tokenPerson(token.secret)).toMatchObject({ id: ann.id })
    const modified = vintage === '2019' ? (await status(ann.id))?.lastmodified : null
    const before = await audits()
    expect(await disablePerson(operator, { investigatorId: ann.id })).toMatchObject({
      role: 'none',
      sessionsEnded: 1,
      tokensRevoked: 1,
    })
    expect(await audits()).toBe(before + 1)
    const later = vintage === '2019'
    expect(await lastAudit()).toMatchObject({
      kind: 'investigator.disable',
      before: { disabled: false, role: 'admin', ...(later ? { status: 'active' } : {}) },
      after: { disabled: true, role: 'none', ...(later ? { status: 'disabled' } : {}) },
    })
    expect(await sessionPerson(secret)).toBeNull()
    expect(await tokenPerson(token.secret)).toBeNull()
    if (later) {
      const now = await status(ann.id)
      expect(now?.status).toBe('disabled')
      expect(now?.lastmodified).not.toEqual(modified)
    }
    await expect(disablePerson(operator, { investigatorId: ann.id })).rejects.toMatchObject({ code: 'conflict' })
    expect(await enablePerson(operator, { investigatorId: ann.id })).toMatchObject({ role: 'admin' })
    if (later) expect((await status(ann.id))?.status).toBe('active')
    expect(await tokenPerson(token.secret)).toBeNull()
    await expect(enablePerson(operator, { investigatorId: ann.id })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('the last admin who can still sign in stays, whoever asks and however', async () => {
    const ann = await add('Ann', true)
    const bob = await add('Bob', true)
    const who = { investigatorId: ann.id }
    const refused = async () => {
      const before = await audits()
      for (const attempt of [
        () => setRole(operator, { ...who, role: 'investigator' }),
        () => setRole(operator, { ...who, role: 'none' }),
        () => setRole(operator, { ...who, role: null }),
        () => disablePerson(operator, who),
      ])
        await expect(attempt()).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('Ann is the last admin who can still sign in'),
        })
      expect(await audits()).toBe(before)
      expect((await getPerson(operator, ann.id))?.role).toBe('admin')
    }
    const store = async (armored: string | null, fingerprint: string) => {
      const key = vintage === 'data-rst' ? '$2' : `convert_to($2, 'UTF8')`
      await owner(`UPDATE public.investigators SET publickey = ${key}, pgpfingerprint = $3 WHERE id = $1`, [
        bob.id,
        armored,
        fingerprint,
      ])
      await owner('UPDATE dashboard.person SET fingerprint = $2 WHERE investigator_id = $1', [bob.id, fingerprint])
    }
    // Bob is an admin in all these cases, but one who cannot sign in.
    await owner('UPDATE dashboard.person SET disabled_at = now() WHERE investigator_id = $1', [bob.id])
    await refused()
    await owner('UPDATE dashboard.person SET disabled_at = NULL WHERE investigator_id = $1', [bob.id])
    await store(null, bob.fingerprint)
    await refused()
    const expired = await newKey('Bob', { agedDays: 20, days: 10 })
    await store(expired.publicKey, expired.fingerprint)
    expect((await getPerson(operator, bob.id))?.hindrance).toBe('expired')
    await refused()
    const other = await newKey('Bob')
    await store(other.publicKey, bob.fingerprint)
    expect((await getPerson(operator, bob.id))?.hindrance).toBe('fingerprint-differs')
    await refused()
    if (vintage === '2019') {
      await store(other.publicKey, other.fingerprint)
      await owner(`UPDATE public.investigators SET status = 'disabled' WHERE id = $1`, [bob.id])
      await refused()
      await owner(`UPDATE public.investigators SET status = 'active' WHERE id = $1`, [bob.id])
    }
    await store(other.publicKey, other.fingerprint)
    expect(await disablePerson(operator, who)).toMatchObject({ role: 'none' })
    // Who cannot sign in is none of those that must stay.
    expect(await setRole(operator, { ...who, role: null })).toMatchObject({ role: 'none' })
  })

  test('two admins who demote each other at once: one is left', async () => {
    for (let round = 0; round < 3; round++) {
      await owner('DELETE FROM dashboard.person')
      const [ann, bob] = [await add(`Ann ${round}`, true), await add(`Bob ${round}`, true)]
      const [asAnn, asBob] = [await signedIn(ann, 'admin'), await signedIn(bob, 'admin')]
      const results = await Promise.allSettled([
        setRole(asAnn.viewer, { investigatorId: bob.id, role: 'investigator' }),
        round === 1
          ? disablePerson(asBob.viewer, { investigatorId: ann.id })
          : setRole(asBob.viewer, { investigatorId: ann.id, role: 'none' }),
      ])
      expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
      const refusal = results.find((r) => r.status === 'rejected') as PromiseRejectedResult
      expect(refusal.reason).toMatchObject({ code: 'unauthenticated' })
      expect((await listPeople(operator)).filter((p) => p.role === 'admin' && p.canSignIn)).toHaveLength(1)
    }
  })

  test('an admin may demote themself when another is left, and is signed out', async () => {
    const ann = await add('Ann', true)
    await add('Bob', true)
    const { secret, viewer } = await signedIn(ann, 'admin')
    expect(await setRole(viewer, { investigatorId: ann.id, role: null })).toMatchObject({ sessionsEnded: 1 })
    expect(await sessionPerson(secret)).toBeNull()
    await expect(setRole(viewer, { investigatorId: ann.id, role: 'admin' })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  })

  test('an investigator and a token may not', async () => {
    const ann = await add('Ann', true)
    const who = { investigatorId: ann.id }
    const token = { ...testViewer('admin'), via: 'token' } as Viewer
    for (const viewer of [testViewer('investigator'), token]) {
      await expect(setRole(viewer, { ...who, role: 'none' })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(disablePerson(viewer, who)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(enablePerson(viewer, who)).rejects.toMatchObject({ code: 'forbidden' })
    }
    await expect(listPeople(testViewer('investigator'))).rejects.toMatchObject({ code: 'forbidden' })
    const stranger = { ...testViewer('admin', ann), via: 'web', sessionId: randomUUID() } as Viewer
    await expect(setRole(stranger, { ...who, role: 'none' })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('a person is found by fingerprint in any spelling, by its end and by id, and never by guessing', async () => {
    const ann = await add('Ann')
    await owner(row(vintage, 77, 'Twin', `AAAA${'B'.repeat(20)}${ann.fingerprint.slice(-16)}`))
    const spelled = (ann.fingerprint.toLowerCase().match(/.{4}/g) ?? []).join(' ')
    for (const text of [ann.fingerprint, spelled, `0x${ann.fingerprint}`, ann.fingerprint.slice(-20), ann.id])
      expect((await findPerson(operator, text)).id).toBe(ann.id)
    await expect(findPerson(operator, ann.fingerprint.slice(-16))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Twin (id 77)'),
    })
    // A letter in front: digits alone would be an id.
    await expect(findPerson(operator, `A${ann.fingerprint.slice(-14)}`)).rejects.toMatchObject({ code: 'invalid' })
    for (const text of ['', 'Ann', `${ann.fingerprint} OR 1=1`])
      await expect(findPerson(operator, text)).rejects.toMatchObject({ code: 'invalid' })
    await expect(findPerson(operator, 'F'.repeat(40))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('adding completes a row of the same fingerprint without a key, when asked; --admin is part of the same change', async () => {
    const { publicKey, fingerprint } = await newKey('Ann Lee')
    const spelled = (fingerprint.toLowerCase().match(/.{4}/g) ?? []).join(' ')
    await owner(row(vintage, 21, 'Ann by hand', spelled))
    const before = await audits()
    const input = { name: 'Ignored', key: publicKey }
    await expect(addInvestigator(operator, input, { anyway: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('without a key: it is that of Ann by hand (investigator 21)'),
    })
    expect(await audits()).toBe(before)
    const done = await addInvestigator(operator, input, { complete: true, admin: true, anyway: true })
    expect(done).toMatchObject({ id: '21', name: 'Ann by hand', fingerprint, completed: true })
    expect(await audits()).toBe(before + 1)
    expect(await lastAudit()).toMatchObject({
      kind: 'investigator.complete',
      before: { key: false, pgpfingerprint: spelled },
      after: { key: true, role: 'admin', pgpfingerprint: spelled },
    })
    expect(await getPerson(operator, '21' as MigId)).toMatchObject({ role: 'admin', canSignIn: true, fingerprint })
    await expect(addInvestigator(operator, input, { complete: true, anyway: true })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await owner('SELECT 1 FROM public.investigators')).toHaveLength(1)
  })
})
