import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { readStoredSignature } from '@/lib/mig/signatures/read'
import vectors from '@/lib/mig/signatures/test-vectors.json'
import type { MigId } from '@/lib/mig/wire/id'
import { insertActions } from '@/lib/testing/command-rows'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { signaturesOf } from './action-signatures'
import { getAsked } from './asked'
import { whatIfList } from './search-params'

const viewer = testViewer('investigator')
const signature = vectors.vectors[0]?.signature ?? ''
const found = readStoredSignature(signature)
const keyId = found.ok ? (found.read.keyId ?? '') : ''
const fingerprint = `${'0'.repeat(24)}${keyId}`

function filtersOf(raw: Record<string, string | string[]>) {
  const parsed = whatIfList.parse(raw)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.params
}

test('a person stands among the signers as often as the stored signatures name the key', () => {
  const [ann, bo] = [
    { id: '1' as MigId, fingerprint },
    { id: '2' as MigId, fingerprint: 'B'.repeat(40) },
  ]
  expect(keyId).toMatch(/^[0-9A-F]{16}$/)
  expect(signaturesOf(JSON.stringify([signature]), [ann, bo])).toEqual(['1', '2'])
  expect(signaturesOf(JSON.stringify([signature, signature]), [ann, bo])).toEqual(['1', '1', '2'])
  for (const odd of [null, '', '{', '{}', '[1, null, "no signature"]'])
    expect(signaturesOf(odd, [ann, bo])).toEqual(['1', '2'])
})

describe.each(['data-rst', 'scripts', '2019'] as const)('what is asked, layout %s', (vintage) => {
  const { owner } = useDatabaseOf(vintage)

  beforeAll(async () => {
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint${later[0]}) SELECT 1::bigint, 'Ann', $1${later[1]}`,
      [fingerprint],
    )
    await owner(`INSERT INTO public.modules (id, name) VALUES (1, 'filechecker'), (2, 'netstat')`)
    const operations = '[{"module":"netstat"},{"module":"gone"},{"module":"filechecker"}]'
    await insertActions(owner, vintage, [{ id: '7', name: 'twice', operations }])
    await owner(`UPDATE public.actions SET pgpsignatures = $1 WHERE id = 7`, [JSON.stringify([signature, signature])])
    await owner(`INSERT INTO public.signatures (actionid, investigatorid, pgpsignature) VALUES (7, 1, $1)`, [signature])
  })

  test('a signing subkey is the key itself: who signed with it twice is a repeated signer', async () => {
    const made = { date: new Date(Date.now() - 86_400_000), type: 'ecc', curve: 'nistP256', format: 'object' } as const
    const { privateKey, publicKey } = await openpgp.generateKey({
      ...made,
      userIDs: [{ name: 'Bo' }],
      subkeys: [{ sign: true }],
    })
    const sign = (text: string) =>
      openpgp
        .createMessage({ text })
        .then((message) => openpgp.sign({ message, signingKeys: privateKey, detached: true, format: 'armored' }))
    const own = publicKey.getFingerprint().toUpperCase()
    const [first, again] = [await sign('signed'), await sign('signed again')]
    const read = readStoredSignature(first)
    // By the subkey, as the primary key's fingerprint does not tell.
    expect(read.ok && own.endsWith(read.read.keyId ?? '?')).toBe(false)

    const bytes = vintage === 'scripts' ? `convert_to($2, 'UTF8')` : '$2'
    const later = vintage === '2019' ? [', status, createdat, lastmodified', ", 'active', now(), now()"] : ['', '']
    await owner(
      `INSERT INTO public.investigators (id, name, pgpfingerprint, publickey${later[0]})
       SELECT 5::bigint, 'Bo', $1, ${bytes}${later[1]}`,
      [own.toLowerCase(), publicKey.armor()],
    )
    await insertActions(owner, vintage, [{ id: '8', name: 'by a subkey', operations: '[{"module":"netstat"}]' }])
    const signed = (...texts: string[]) =>
      owner(`UPDATE public.actions SET pgpsignatures = $1 WHERE id = 8`, [JSON.stringify(texts)])
    await owner(`INSERT INTO public.signatures (actionid, investigatorid, pgpsignature) VALUES (8, 5, $1)`, [signature])
    const refused = async () => (await getAsked(viewer, filtersOf({ action: '8' })))?.refusals['2019'] ?? null

    await signed(first)
    expect(await refused()).toBeNull()
    await signed(first, again)
    expect(await refused()).toBe('repeated-signer')
    // A key that is stored under somebody else's fingerprint says nothing of whose signature it is.
    await owner(`UPDATE public.investigators SET pgpfingerprint = repeat('E', 40) WHERE id = 5`)
    expect(await refused()).toBeNull()
  })

  test('an action keeps its order and its signatures, also while the form leaves them as they are', async () => {
    const asked = await getAsked(viewer, filtersOf({ action: '7', signer: ['', ''], module: '' }))
    expect(asked?.operations).toEqual(['netstat', 'gone', 'filechecker'])
    expect(asked?.signers.map(({ investigatorId }) => investigatorId)).toEqual(['1', '1'])
    expect(asked?.refusals).toEqual({ documented: null, '2014': 'several-signatures', '2019': 'repeated-signer' })
  })

  test('the modules run in the order of the address, and who is named twice signs twice', async () => {
    const asked = await getAsked(viewer, filtersOf({ signer: ['1', '', '1'], module: ['2', '1', ''] }))
    expect(asked?.question.modules.map(({ name }) => name)).toEqual(['netstat', 'filechecker'])
    expect(asked?.signers).toHaveLength(2)
    expect(asked?.refusals['2019']).toBe('repeated-signer')
    const once = await getAsked(viewer, filtersOf({ signer: '1', module: '1,2' }))
    expect(once?.question.modules.map(({ name }) => name)).toEqual(['filechecker', 'netstat'])
    expect(once?.refusals).toEqual({ documented: null, '2014': null, '2019': null })
  })
})

test('what is missing is asked for as one weight, as a span, or from a weight on', () => {
  expect(filtersOf({ short: '3' }).filters.short).toEqual({ from: 3, to: 3 })
  expect(filtersOf({ short: '3..' }).filters.short).toEqual({ from: 3, to: null })
  expect(filtersOf({ short: '3..5' }).filters.short).toEqual({ from: 3, to: 5 })
  for (const odd of ['-1', '3.', '..3', 'much', '3..x'])
    expect(whatIfList.parse({ short: odd })).toMatchObject({ ok: false })
})
