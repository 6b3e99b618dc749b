import { describe, expect, test } from 'vitest'
import type { MigId } from '@/lib/mig/wire/id'
import type { Instant } from '@/lib/mig/wire/time'
import type { KeyFacts, KeyPart } from '@/lib/pgp/key'
import type { TextFinding } from './check'
import { type Holder, judge, judgeWithoutKey, type ListedSigner } from './judge'
import type { StoredSignature } from './read'

const KEY_ID = '5DF6CE84FB34F7AA'
const FINGERPRINT = `AAAAAAAAAAAAAAAAAAAAAAAA${KEY_ID}`
const SIGNED = '2014-09-15T21:18:09Z' as Instant

const part = (more: Partial<KeyPart> = {}): KeyPart => ({
  kind: 'primary',
  fingerprint: FINGERPRINT,
  algorithm: 'RSA 2048',
  capabilities: ['certify', 'sign'],
  created: '2014-01-01T00:00:00Z' as Instant,
  expires: null,
  revoked: false,
  revokedAt: null,
  selfHash: 'SHA-256',
  isShort: false,
  ...more,
})

const key = (only: KeyPart, more: Partial<KeyFacts> = {}): KeyFacts => ({
  ...only,
  userIds: [],
  parts: [only],
  photos: 0,
  cannotSign: null,
  agentProblem: null,
  holdsUntil: null,
  stripped: 0,
  armored: '',
  ...more,
})

const holder = (more: Partial<Holder> = {}): Holder => ({
  id: '1' as MigId,
  name: 'Ann',
  fingerprint: FINGERPRINT.toLowerCase(),
  key: key(part()),
  problem: null,
  ...more,
})

const signature = (more: Partial<StoredSignature> = {}) =>
  ({ keyId: KEY_ID, hashName: 'sha256', hashWord: 'SHA-256', at: SIGNED, more: false, ...more }) as StoredSignature & {
    keyId: string
  }

const ann: ListedSigner = { id: '1' as MigId, name: 'Ann', fingerprint: FINGERPRINT }
const bo: ListedSigner = { id: '2' as MigId, name: 'Bo', fingerprint: 'BB' }
const row: TextFinding = {
  kind: 'row',
  key: 0,
  source: { of: 'row', format: 'B', exact: true },
  residues: null,
}

describe('verdicts', () => {
  test.each<[string, TextFinding, ListedSigner[], string, RegExp]>([
    ['the row', row, [ann], 'valid', /as it is stored/],
    ['the row, nobody listed', row, [], 'valid', /as it is stored/],
    ['the row, another listed', row, [bo], 'wrong-key', /Ann's, not that of Bo/],
    ['the row, both listed', row, [bo, ann], 'valid', /./],
    [
      'nanoseconds found',
      { ...row, source: { of: 'row', format: 'A', exact: false }, residues: { from: 42, until: -153 } },
      [ann],
      'valid',
      /\+42 ns for the start of validity and −153 ns for the expiry/,
    ],
    ['nanoseconds of the spool', { ...row, source: { of: 'row', format: 'A', exact: true } }, [ann], 'valid', /spool/],
    [
      'the copy',
      { kind: 'copy', key: 0, changed: ['name', 'target', 'operations'] },
      [ann],
      'text-changed',
      /name, target and operations/,
    ],
    ['neither', { kind: 'changed', changed: [] }, [ann], 'text-changed', /at least one of them/],
    [
      'neither, and they differ',
      { kind: 'changed', changed: ['name'] },
      [ann],
      'text-changed',
      /differ from each other in name/,
    ],
    ['the digest alone', { kind: 'other-key' }, [ann], 'wrong-key', /stored key of Ann did not make/],
    ['nothing', { kind: 'not-found' }, [ann], 'not-rebuilt', /spool would decide/],
    ['no end', { kind: 'failed', why: 'slow' }, [ann], 'not-checked', /too long/],
    ['no answer', { kind: 'refused', message: 'Unknown notation' }, [ann], 'not-checked', /Unknown notation/],
  ])('%s', (_, finding, listed, verdict, sentence) => {
    const judged = judge(signature(), finding, [holder()], listed)
    expect(judged.verdict).toBe(verdict)
    expect(judged.sentence).toMatch(sentence)
    expect(judged.notes).toEqual([])
  })

  test('a part of the key that may not sign is the wrong key', () => {
    const certify = holder({ key: key(part({ capabilities: ['certify'] })) })
    expect(judge(signature(), row, [certify], [ann])).toMatchObject({ verdict: 'wrong-key' })
    const unflagged = holder({ key: key(part({ capabilities: [] })) })
    expect(judge(signature(), row, [unflagged], [ann])).toMatchObject({ verdict: 'valid' })
  })

  test('two rows of one fingerprint are one person', () => {
    const twin: ListedSigner = { id: '9' as MigId, name: 'Ann again', fingerprint: FINGERPRINT }
    expect(judge(signature(), row, [holder()], [twin]).verdict).toBe('valid')
  })

  test.each<[string, Partial<StoredSignature>, Holder, RegExp]>([
    ['SHA-1', { hashName: 'sha1', hashWord: 'SHA-1' }, holder(), /Weak .*\(SHA-1\)/],
    ['1024 bits', {}, holder({ key: key(part({ algorithm: 'RSA 1024' })) }), /Weak .*\(RSA 1024\)/],
    ['DSA', {}, holder({ key: key(part({ algorithm: 'DSA 1024' })) }), /Weak .*\(DSA 1024\)/],
    ['revoked', {}, holder({ key: key(part({ revoked: true })) }), /revoked/],
    ['expired', {}, holder({ key: key(part({ expires: '2014-09-01T00:00:00Z' as Instant })) }), /had expired/],
    ['subkey', {}, holder({ key: key(part({ kind: 'subkey' })) }), /subkey/],
    ['fingerprint', {}, holder({ fingerprint: 'CC' }), /fingerprint of Ann/],
    ['two packets', { more: true }, holder(), /first one only/],
  ])('says in words: %s', (_, read, person, note) => {
    const { verdict, notes } = judge(signature(read), row, [person], [])
    expect(verdict).toBe('valid')
    expect(notes.join()).toMatch(note)
  })
})

describe('without a key to check with', () => {
  test('nobody has it', () => {
    expect(judgeWithoutKey(KEY_ID, null, [])).toMatchObject({ verdict: 'unknown-key', notes: [] })
    expect(judgeWithoutKey(KEY_ID, null, []).sentence).toContain(KEY_ID)
    expect(judgeWithoutKey(KEY_ID, null, [ann]).notes.join()).toContain('replaced')
    expect(judgeWithoutKey(null, null, [])).toMatchObject({ verdict: 'unknown-key' })
  })

  test('somebody has it by the fingerprint, or in a text that is no usable key', () => {
    expect(judgeWithoutKey(KEY_ID, holder({ key: null }), [])).toMatchObject({ verdict: 'no-key' })
    const broken = judgeWithoutKey(KEY_ID, holder({ key: null, problem: 'several' }), [])
    expect(broken).toMatchObject({ verdict: 'no-key' })
    expect(broken.sentence).toContain('Several keys')
    expect(judgeWithoutKey(KEY_ID, holder({ key: null, problem: 'too-slow' }), [])).toMatchObject({
      verdict: 'not-checked',
    })
  })
})
