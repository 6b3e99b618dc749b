import { describe, expect, test } from 'vitest'
import { signedText } from './signed-text'
import { type Instant, parseRfc3339 } from './time'

const OPERATIONS =
  '[{"module":"filechecker","parameters":{"searches":{"s1":{"paths":["/etc/cron.d/"],"regexes":["evil"]}}}}]'

function at(text: string): Instant {
  const parsed = parseRfc3339(text)
  if (!parsed) throw new Error(`not RFC 3339: ${text}`)
  return parsed
}

const action = {
  name: 'look for bad cron job',
  target: "agents.os='linux'",
  validfrom: at('2014-09-15T21:18:09.235443537Z'),
  expireafter: at('2014-09-15T21:48:09.235443537Z'),
  operations: OPERATIONS,
}

describe('signedText', () => {
  test('format A is the example of mig-domain 6.1', () => {
    expect(signedText(action, 'A')).toBe(
      `name=look for bad cron job; target=agents.os='linux'; validfrom=2014-09-15 21:18:09.235443537 +0000 UTC; expireafter=2014-09-15 21:48:09.235443537 +0000 UTC; operations='${OPERATIONS}';`,
    )
  })

  test('formats B and C hold whole seconds', () => {
    expect(signedText(action, 'B')).toBe(
      `name=look for bad cron job;target=agents.os='linux';validfrom=1410815889;expireafter=%!s(int64=1410817689);operations=${OPERATIONS};`,
    )
    expect(signedText(action, 'C')).toBe(
      `name=look for bad cron job;target=agents.os='linux';validfrom=1410815889;expireafter=1410817689;operations=${OPERATIONS};`,
    )
  })

  test('name, target and operations go in raw', () => {
    const raw = { ...action, name: "a; target=b$&'", target: '$1\n', operations: 'null' }
    expect(signedText(raw, 'C')).toBe(
      "name=a; target=b$&';target=$1\n;validfrom=1410815889;expireafter=1410817689;operations=null;",
    )
  })
})
