import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptySpoolForEachTest, list, makeStates, namesOf, open, put, root } from '@/lib/testing/spool-client'
import type { SpoolClient } from './client'
import { parseSpoolFile } from './parse'
import type { PeekedFile } from './protocol'

emptySpoolForEachTest()

describe('orders and filters that need the files to be looked at', () => {
  const kb = (client: SpoolClient, more: object) => namesOf(client, { state: 'done', ...more })

  test('by size and by when they were written, both ways, page by page', async () => {
    makeStates()
    for (let i = 0; i < 9; i++) {
      put('action/done', `${i + 1}.json`, 'x'.repeat((i * 4) % 9))
      fs.utimesSync(path.join(root, `action/done/${i + 1}.json`), 1_400_000_000, 1_400_000_000 + ((i * 2) % 9))
    }
    fs.mkdirSync(path.join(root, 'action/done/directory'))
    const client = open()
    const bySize = ['1', '8', '6', '4', '2', '9', '7', '5', '3'].map((n) => `${n}.json`)
    const sizeOf = (name: string) => fs.statSync(path.join(root, 'action/done', name)).size
    expect(bySize.map(sizeOf)).toEqual([...bySize.map(sizeOf)].sort((a, b) => a - b))
    expect(await kb(client, { order: 'bytes' })).toEqual([...bySize, 'directory'])
    expect((await kb(client, { order: 'bytes', descending: true })).slice(0, 2)).toEqual(['3.json', '5.json'])
    const first = await list(client, { state: 'done', order: 'modified', size: 4 })
    if (!first.ok) throw new Error(first.sentence)
    const last = first.value.rows.at(-1)
    expect(first.value.rows.map((row) => row.name)).toEqual(['1.json', '6.json', '2.json', '7.json'])
    expect(await kb(client, { order: 'modified', after: last?.name, afterKey: last?.key })).toEqual(
      ['3', '8', '4', '9', '5'].map((n) => `${n}.json`).concat('directory'),
    )
    expect(await kb(client, { minBytes: 7 })).toEqual(['3.json', '5.json'])
    expect(await kb(client, { maxBytes: 1, writtenBefore: 1_400_000_000_500 })).toEqual(['1.json'])
  })

  test('a state with more files waits for the background scan, which then serves it', async () => {
    makeStates()
    for (let i = 1; i <= 2_100; i++) put('action/done', `${i}.json`, 'x'.repeat(i % 7))
    const client = open()
    const asked = () => list(client, { state: 'done', order: 'bytes', descending: true, size: 3 })
    const early = await asked()
    if (!early.ok) expect(early).toMatchObject({ reason: 'not-scanned' })
    let answer = early
    for (let i = 0; i < 100 && !answer.ok; i++) {
      await new Promise((later) => setTimeout(later, 50))
      answer = await asked()
    }
    expect(answer).toMatchObject({
      ok: true,
      value: {
        total: 2_100,
        matching: 2_100,
        scannedAt: expect.any(Number),
        rows: [{ size: 6 }, { size: 6 }, { size: 6 }],
      },
    })
    const scan = await client.ask<'scan'>({ command: 'scan', edges: [Date.now() + 60_000, 0] })
    expect(scan.ok && scan.value.states.find(({ state }) => state === 'done')).toMatchObject({
      files: 2_100,
      bytes: Array.from({ length: 2_100 }, (_, i) => (i + 1) % 7).reduce((a, b) => a + b),
      older: [2_100, 0],
    })
  }, 20_000)

  test('a filter on what is inside reads a bounded number of files and says where it stopped', async () => {
    makeStates()
    const command = (agent: string, status: string) =>
      JSON.stringify({ id: 1, status, agent: { name: agent, queueloc: 'linux.x' }, action: { name: 'look' } })
    for (let i = 1; i <= 2_010; i++) put('command/returned', String(i), command(`web${i}`, i % 2 ? 'done' : 'failed'))
    put('command/returned', '9999', '{"status":"done"}')
    const client = open()
    const found = async (content: object, more: object = {}) => {
      const answer = await list(client, { kind: 'command', state: 'returned', content, ...more })
      if (!answer.ok) throw new Error(answer.sentence)
      return answer.value
    }
    // A look ends after a second as well, so a busy machine needs some more of them.
    const all = async (content: object) => {
      const names: string[] = []
      let unread = 0
      for (let at: Awaited<ReturnType<typeof found>> | null = await found(content); at; ) {
        expect(at.looked?.files).toBeLessThanOrEqual(2_000)
        names.push(...at.rows.map((row) => row.name))
        unread += at.looked?.unread ?? 0
        at = at.looked?.next ? await found(content, { after: at.looked.next.name }) : null
      }
      return { names, unread }
    }
    expect((await all({ agent: 'WEB200', status: 'failed' })).names).toEqual([
      '200',
      '2000',
      '2002',
      '2004',
      '2006',
      '2008',
    ])
    put('command/returned', '9998', '')
    fs.truncateSync(path.join(root, 'command/returned/9998'), 2 ** 21)
    const { names, unread } = await all({ broken: true })
    expect(names).toEqual(['9999'])
    expect(unread).toBe(1)
  }, 60_000)

  test('what a file says in short is what the site’s own parser says', async () => {
    makeStates()
    const time = '"validfrom":"2014-09-15T21:18:09Z","expireafter":"2014-09-15T21:48:09Z"'
    const texts = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{}',
      `{"id":6.059408362783471e+18,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"ID":6019232215298562584,"Name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":1410955200000000000,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":6059408362783471000,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":0,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":7,"target":"t",${time},"operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t","validfrom":"soon","expireafter":"x","operations":[],"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t",${time},"operations":{},"pgpsignatures":["s"]}`,
      `{"id":5,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":[]}`,
      '{"id":5,"status":"done","agent":{"name":"a","queueloc":"q"},"results":[]}',
      '{"id":5,"status":"done","agent":{"name":"a"},"results":[]}',
      '{"id":5,"status":"","agent":{"name":"a","queueloc":"q"}}',
      '{"id":5,"status":"done","agent":{"name":"a","queueloc":"q"},"results":{}}',
      '{"id":5,"status":"done","agent":[],"results":null}',
      '{"id":5,"status":"sent","action":{"id":6.059408362783471e+18,"name":"n"},"agent":{"name":"a","queueloc":"q"}}',
      '{"id":5,"status":"sent","action":{"id":6019232215298562584},"agent":{"id":6019232215298562600,"name":"a","queueloc":"q"}}',
      '\ufeff{}',
      '{"id":null,"results":null,"status":"done","agent":{"name":"a","queueloc":"q","pid":null}}',
      `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
      `{"a":${'['.repeat(200)}1e400${']'.repeat(200)}}`,
      `{"status":"x","a":${'['.repeat(126)}${']'.repeat(126)},"agent":{"name":"a","queueloc":"q"}}`,
      ...[
        '"starttime":"soon"',
        '"starttime":"2014-09-15 21:18:09"',
        '"starttime":"2014-02-29T00:00:00Z"',
        '"starttime":"2016-02-29T00:00:00+24:00"',
        '"starttime":"0000-01-01T00:00:00+01:00"',
        '"starttime":"0001-01-01T00:00:00Z"',
        '"starttime":""',
        '"finishtime":5',
        '"finishtime":"9998-01-11T11:11:11.000000011Z"',
        '"lastupdatetime":"never"',
        '"operations":[7]',
        '"operations":[null]',
        '"operations":[{"module":7}]',
        '"operations":[{"MODULE":null}]',
        '"operations":[[]]',
        '"pgpsignatures":["s",7]',
        '"pgpsignatures":[null]',
        '"pgpsignatures":[{}]',
        '"expireafter":"2014-09-15T21:18:08Z"',
        '"expireafter":"2014-09-15T21:18:09Z"',
        '"expireafter":"2014-09-15T23:18:08.999999999+02:00"',
        '"expireafter":"0001-01-01T00:00:00Z"',
        '"validfrom":"9998-01-11T11:11:11Z"',
        '"syntaxversion":1e400',
        '"x":[{"y":-1e999}]',
        '"syntaxversion":"2"',
        '"threat":"x"',
        '"ID":"7"',
      ].flatMap((last) => {
        const action = `{"id":5,"name":"n","target":"t",${time},"operations":[],"pgpsignatures":["s"],${last}}`
        return [action, `{"id":5,"status":"sent","action":${action},"agent":{"name":"a","queueloc":"q"}}`]
      }),
      ...['"starttime":"soon"', '"heartbeatts":"x"', '"pid":"1"', '"id":"x"', '"id":7', '"status":1', '"os":1'].map(
        (last) => `{"id":5,"status":"sent","agent":{"name":"a","queueloc":"q",${last}}}`,
      ),
      ...['"starttime":"soon"', '"finishtime":""', '"finishtime":[]', '"id":"5"', '"x":1e400'].map(
        (last) => `{"id":5,"status":"sent","agent":{"name":"a","queueloc":"q"},${last}}`,
      ),
    ]
    for (const [kind, state] of [
      ['action', 'new'],
      ['action', 'done'],
      ['command', 'returned'],
    ] as const) {
      for (const [i, text] of texts.entries()) put(`${kind}/${state}`, `${i + 1}.json`, text)
      const answer = await open().ask<'peek'>({
        command: 'peek',
        kind,
        state,
        names: texts.map((_, i) => `${i + 1}.json`),
      })
      if (!answer.ok) throw new Error(answer.sentence)
      for (const [i, { facts }] of answer.value.rows.entries()) {
        const parsed = parseSpoolFile(Buffer.from(texts[i] as string), kind, state, { type: 'stranger' })
        const isBroken = parsed.problems.some((problem) => problem.severity === 'broken')
        expect([texts[i], facts?.state], `${kind}/${state}`).toEqual([texts[i], isBroken ? 'broken' : 'read'])
        const root = parsed.action ?? parsed.command
        if (!root) continue
        const written = (id: PeekedFile['id'] | undefined) => id && { id: id.digits, exact: id.exact }
        expect(written(facts?.id), texts[i]).toEqual(root.id)
        expect(written(facts?.actionId), texts[i]).toEqual((parsed.action ?? parsed.command?.action)?.id ?? null)
        expect(facts?.status).toBe(root.status)
        expect(facts?.name ?? '').toBe((parsed.action ?? parsed.command?.action)?.name ?? '')
      }
    }
  })
})
