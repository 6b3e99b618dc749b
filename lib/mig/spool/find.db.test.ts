import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { SPOOL_STATES } from '@/lib/mig/wire/spool-name'
import { useDatabaseOf } from '@/lib/testing/use-database'
import { testViewer } from '@/lib/testing/viewer'
import { spoolClient } from './client'
import { findEverywhere } from './find'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-find-'))
vi.stubEnv('MIG_SPOOL_DIR', root)
const viewer = testViewer('investigator')

const ACTION = '6059408362783470592'
const COMMAND = '6059408369206590464'
const AGENT = '6059339861276444672'

describe('where an id is', () => {
  const { owner } = useDatabaseOf('data-rst')
  beforeAll(() =>
    owner(`INSERT INTO agents (id, name, queueloc, os, version, pid, starttime, heartbeattime)
        VALUES (${AGENT}, 'web1', 'q', 'linux', '1', 1, now(), now());
      INSERT INTO actions (id, name, target, validfrom, expireafter, status) VALUES (${ACTION}, 'n', 't', now(), now(), 'inflight');
      INSERT INTO commands (id, actionid, agentid, status, starttime) VALUES (${COMMAND}, ${ACTION}, ${AGENT}, 'sent', now())`),
  )
  beforeEach(() => {
    fs.rmSync(root, { recursive: true, force: true })
    for (const [kind, state] of SPOOL_STATES) fs.mkdirSync(path.join(root, kind, state), { recursive: true })
  })
  afterAll(() => {
    spoolClient(root).close()
    fs.rmSync(root, { recursive: true, force: true })
  })
  const at = (name: string) => path.join(root, 'command/returned', name)

  test('is told by names and by what answers hold', async () => {
    fs.writeFileSync(at('7710915484124374016'), `{"id":6.05940836920659e+18,"status":"done"}`)
    fs.utimesSync(at('7710915484124374016'), 1_400_000_000, 1_400_000_000)
    fs.mkdirSync(at('7710915484124374017'))
    fs.writeFileSync(path.join(root, 'command/inflight', `${ACTION}-${COMMAND}.json`), '{}')
    expect(await findEverywhere(viewer, COMMAND)).toMatchObject({
      where: 'It is a command whose row says sent, and a file of it lies in command/inflight and returned.',
      files: [
        { by: 'name', file: `${ACTION}-${COMMAND}.json` },
        { by: 'content', file: '7710915484124374016', modified: '2014-05-13T16:53:20Z' },
      ],
      unread: [],
      unopened: 0,
    })
    expect(await findEverywhere(viewer, ACTION)).toMatchObject({
      where: 'It is an action whose row says inflight, and no file of it lies in the spool.',
    })
    expect((await findEverywhere(viewer, '5'))?.where).toBe('Neither the database nor the spool knows this id.')
  })

  test('knows agents', async () => {
    expect((await findEverywhere(viewer, AGENT))?.where).toBe(
      'It is the id of an agent, not of an action or a command.',
    )
  })

  test('claims nothing of files that were not looked into', async () => {
    fs.writeFileSync(at('7710915484124374016'), '')
    fs.truncateSync(at('7710915484124374016'), 2 ** 31)
    const found = await findEverywhere(viewer, COMMAND)
    expect(found).toMatchObject({ unopened: 1, unread: [] })
    expect(found?.where).toBe(
      'It is a command whose row says sent, and no file of it was found; but not all of the spool could be looked at.',
    )
    expect((await findEverywhere(viewer, '5'))?.where).toContain('not all of the spool could be looked at')
    expect((await findEverywhere(viewer, AGENT))?.where).toContain('not all of the spool could be looked at')
  })

  test('claims nothing of a state that could not be looked at', async () => {
    fs.rmdirSync(path.join(root, 'action/done'))
    fs.symlinkSync('invalid', path.join(root, 'action/done'))
    const found = await findEverywhere(viewer, '5')
    expect(found?.unread).toMatchObject([{ directory: ['action', 'done'], namesOnly: false }])
    expect(found?.where).toContain('not all of the spool could be looked at')
  })

  test('says why contents could not be looked at', async () => {
    fs.writeFileSync(at('7710915484124374016'), '{}')
    const client = spoolClient(root)
    const { ask } = client
    const refusing = vi
      .spyOn(client, 'ask')
      .mockImplementation(((request: { command: string }) =>
        request.command === 'peek'
          ? Promise.resolve({ ok: false, reason: 'slow', sentence: 'It hangs.' })
          : ask.call(client, request as never)) as typeof client.ask)
    try {
      const found = await findEverywhere(viewer, '5')
      expect(found?.unread).toEqual([{ directory: ['command', 'returned'], namesOnly: true, sentence: 'It hangs.' }])
      expect(found?.where).toContain('not all of the spool could be looked at')
    } finally {
      refusing.mockRestore()
    }
  })
})
