import { describe, expect, test } from 'vitest'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { runCli } from '@/lib/cli/main'

const calls: Call[] = []
const COMMANDS: Command[] = [
  {
    name: 'acl export',
    summary: 'Exports',
    args: ['AGENT', '[FILE]'],
    options: { url: { type: 'string', value: 'URL', help: 'the database' } },
    run: async (call) => {
      calls.push(call)
      call.io.out('exported')
      return 0
    },
  },
  {
    name: 'acl fail',
    summary: 'Fails',
    options: { hard: { type: 'boolean', help: 'throws' } },
    run: async () => {
      throw new OperatorError('It did not work.')
    },
  },
]

async function call(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(
    argv,
    { out: (text) => out.push(text), err: (text) => err.push(text), environment: {} },
    COMMANDS,
  )
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('the operator’s command line', () => {
  test.each([
    ['acl', 'export', '12', '--url', 'postgresql://x/y'],
    ['--url', 'postgresql://x/y', 'acl', 'export', '12'],
    ['acl', '--url=postgresql://x/y', 'export', '12'],
  ])('takes options anywhere: %s %s %s %s', async (...argv) => {
    expect(await call(...argv)).toEqual({ code: 0, out: 'exported', err: '' })
    expect(calls.at(-1)).toMatchObject({ args: ['12'], options: { url: 'postgresql://x/y' }, json: false })
  })

  test('says what is wrong in one line and ends with 2', async () => {
    expect(await call('acl', 'sing')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('no command "acl sing"'),
    })
    expect(await call('acl', 'export')).toMatchObject({ code: 2, err: expect.stringContaining('needs AGENT') })
    expect(await call('acl', 'export', '1', '2', '3')).toMatchObject({ code: 2, err: expect.stringContaining('"3"') })
    expect(await call('acl', 'export', '1', '--no')).toMatchObject({ code: 2, err: expect.stringContaining("'--no'") })
    expect(await call('acl', 'fail', '--url', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no option --url'),
    })
    for (const argv of [
      ['acl', 'sing'],
      ['acl', 'export', '1', '--no'],
    ])
      expect((await call(...argv)).err.split('\n')).toHaveLength(1)
  })

  test('a refusal is its sentence and 1, with --json a document too', async () => {
    expect(await call('acl', 'fail')).toEqual({ code: 1, out: '', err: 'It did not work.' })
    expect(await call('acl', 'fail', '--json')).toEqual({
      code: 1,
      out: '{"error":"It did not work."}',
      err: 'It did not work.',
    })
  })

  test('helps everywhere', async () => {
    for (const argv of [[], ['--help'], ['--help', 'acl']]) {
      const { code, out } = await call(...argv)
      expect(code).toBe(0)
      expect(out).toContain('acl export AGENT [FILE]  Exports')
    }
    expect((await call('acl', 'export', '--help')).out).toContain('--url URL  the database')
    expect(await call('acl')).toMatchObject({ code: 2, err: expect.stringContaining('acl fail') })
  })
})
