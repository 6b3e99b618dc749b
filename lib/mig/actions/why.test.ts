import { describe, expect, it } from 'vitest'
import type { Verdict } from '@/lib/mig/signatures/verdict'
import { idFromBigInt, type MigId } from '@/lib/mig/wire/id'
import { type Instant, parseRfc3339 } from '@/lib/mig/wire/time'
import { anomaliesOf } from './anomalies'
import type { ActionFacts, FleetEvidence, SetAside, SignatureEvidence, SpoolEvidence } from './facts'
import { type CommandFigures, figuresOf } from './figures'
import type { Counters } from './queries'
import { whyOf } from './why'

const at = (text: string) => parseRfc3339(text) as Instant
const now = at('2014-09-15T21:18:00Z')
const idMadeAt = (text: string): MigId => idFromBigInt((BigInt(Date.parse(text)) / 1000n) << 32n)
const ID = idMadeAt('2014-09-15T21:00:00Z')
const LATER_COLUMNS = ['id', 'name', 'queueloc', 'version', 'pid', 'heartbeattime', 'status', 'environment', 'tags']
const COLUMNS = [...LATER_COLUMNS, 'os']
const ZERO: Counters = { sent: 0, returned: 0, done: 0, cancelled: 0, failed: 0, timeout: 0 }

const figures = (counts: Record<string, number>): CommandFigures =>
  figuresOf(
    Object.entries(counts).map(([status, count]) => ({
      status,
      bucket: null,
      count: String(count),
      late: '0',
      firstAnswer: null,
      lastAnswer: null,
      firstLate: null,
    })),
  )

const spool = (values: Partial<Extract<SpoolEvidence, { checked: true }>> = {}): SpoolEvidence => ({
  checked: true,
  files: [],
  setAside: [],
  commandsInflight: 0,
  oldestReturned: null,
  waiting: { files: 0, oldest: null },
  ...values,
})
const AWAY: SpoolEvidence = { checked: false, why: 'The spool directory does not exist on this machine.' }
const fleet = (values: Partial<FleetEvidence> = {}): FleetEvidence => ({
  at: at('2014-09-15T21:00:01Z'),
  timeout: 1_200_000,
  possible: 7,
  certain: 2,
  comparison: null,
  ...values,
})

type Overrides = Partial<Omit<ActionFacts, 'action'>> & { action?: Partial<ActionFacts['action']> }

function facts({ action, ...values }: Overrides): ActionFacts {
  return {
    action: {
      id: ID,
      name: 'look for bad cron job',
      target: "agents.os='linux'",
      status: 'completed',
      syntaxversion: 2,
      validfrom: at('2014-09-15T20:59:00Z'),
      expireafter: at('2014-09-15T21:29:00Z'),
      starttime: at('2014-09-15T21:00:01Z'),
      finishtime: null,
      lastupdatetime: at('2014-09-15T21:00:02Z'),
      counters: ZERO,
      ...action,
    },
    figures: figures({}),
    signatureRows: 1,
    spool: spool(),
    fleet: null,
    signatures: null,
    silence: { newest: now, silent: false },
    now,
    timings: { collectorPeriod: 60_000, spoolDeleteAfter: 259_200_000 },
    vintage: { kind: 'scripts', agentColumns: COLUMNS },
    ...values,
  }
}

const why = (values: Overrides) => whyOf(facts(values))?.reasons.map(({ key, grade }) => `${grade} ${key}`) ?? null
const signs = (values: Overrides) => anomaliesOf(facts(values)).map(({ code }) => code)
const file = (state: 'new' | 'inflight') => ({
  directory: ['action', state] as const,
  name: `${ID}.json`,
  modified: null,
})
const aside = (match: SetAside['match']): SetAside => ({ name: '1410814801000000000.json', at: now, match })

describe('a landed action', () => {
  it('shows nothing and needs no explanation', () => {
    const landed = { action: { counters: { ...ZERO, sent: 1, returned: 1, done: 1 } }, figures: figures({ done: 1 }) }
    expect(signs(landed)).toEqual([])
    expect(why(landed)).toBeNull()
  })
})

describe('why an action is invalid', () => {
  const invalid = (action: Partial<ActionFacts['action']> = {}, values: Overrides = {}) =>
    why({ fleet: fleet(), ...values, action: { status: 'invalid', ...action } })

  it('is certain of an expiry before the refusal, by the row’s own moments', () => {
    expect(invalid({ expireafter: at('2014-09-15T21:00:01.999999Z') })).toEqual(['certain expired'])
    expect(invalid({ expireafter: at('2014-09-15T21:00:02Z') })).toEqual(['certain expired'])
    expect(invalid({ lastupdatetime: null, expireafter: at('2014-09-15T21:00:01Z') })).toEqual(['certain expired'])
    expect(invalid({ expireafter: at('2014-09-15T20:59:00Z') })).toEqual(['certain expired'])
  })

  it('does not know of an expiry when the row has no moment', () => {
    expect(invalid({ lastupdatetime: null, starttime: null })).toEqual(['likely no-match', 'possible expired'])
  })

  it('is certain of targets that are no SQL', () => {
    expect(invalid({ syntaxversion: 1, target: 'linux' })).toEqual(['certain version-1'])
    expect(invalid({ target: 'linux' })).toEqual(['certain version-1'])
    expect(invalid({ target: '' })).toEqual(['certain no-target'])
    expect(invalid({ target: "os='linux" })).toEqual(['certain bad-target'])
  })

  it('knows the scheduler’s kill orders, which never work', () => {
    const order = { syntaxversion: 1, name: 'Destroy agent web2', target: 'linux.web2.6m0lbe35hts00' }
    expect(invalid(order)).toEqual(['certain kill-order'])
  })

  it('only supposes it of a version-1 target of the days when these worked', () => {
    const old = { id: idMadeAt('2014-08-25T00:00:00Z'), syntaxversion: 1, target: 'linux' }
    expect(invalid(old)).toEqual(['likely no-match', 'possible version-1'])
  })

  it('names a column that the layout of 2019 does not have', () => {
    expect(invalid({}, { vintage: { kind: '2019', agentColumns: LATER_COLUMNS } })).toEqual(['certain bad-target'])
  })

  it('names columns that no layout has, more or less surely', () => {
    expect(invalid({ target: "agents.ident ILIKE '%ubuntu%'" })).toEqual(['certain bad-target'])
    expect(invalid({ target: "tags->>operator = 'dbops'" })).toEqual(['likely bad-target', 'likely no-match'])
  })

  it('grades an empty match by what is known of the agents of that time', () => {
    const parts = [{ column: 'os', key: null, operator: '=' as const, value: 'linux' }]
    expect(invalid({}, { fleet: fleet({ possible: 0, certain: 0 }) })).toEqual(['certain no-agent'])
    expect(invalid()).toEqual(['likely no-match'])
    expect(invalid({}, { fleet: fleet({ comparison: { parts, possible: 0, certain: 0 } }) })).toEqual([
      'certain no-match',
    ])
    expect(invalid({}, { fleet: fleet({ comparison: { parts, possible: 3, certain: 0 } }) })).toEqual([
      'possible no-match',
    ])
    expect(invalid({}, { fleet: fleet({ comparison: { parts, possible: 3, certain: 1 } }) })).toEqual([
      'likely not-created',
    ])
    expect(invalid({}, { fleet: null })).toEqual(['possible no-match'])
  })
})

describe('an action that nobody picks up (A1)', () => {
  const waiting = { status: 'init', starttime: null, lastupdatetime: null }

  it('is told from one whose file still waits', () => {
    expect(signs({ action: waiting })).toEqual(['A1'])
    expect(signs({ action: waiting, spool: spool({ files: [file('new')] }) })).toEqual(['due'])
    expect(signs({ action: { ...waiting, validfrom: at('2014-09-15T23:00:00Z') } })).toEqual([])
    expect(why({ action: { ...waiting, validfrom: at('2014-09-15T23:00:00Z') } })).toBeNull()
  })

  it('waits for a scheduler that is down', () => {
    const there = { action: waiting, spool: spool({ files: [file('new')] }) }
    expect(why(there)).toEqual(['likely scheduler-down'])
    expect(why({ ...there, silence: { newest: at('2014-09-15T20:50:00Z'), silent: true } })).toEqual([
      'certain scheduler-down',
    ])
  })

  it('had an unknown signer, expired, or was never written', () => {
    expect(why({ action: waiting, signatureRows: 0 })).toEqual(['likely unknown-investigator'])
    expect(why({ action: waiting })).toEqual(['likely not-written'])
    const expired = { ...waiting, expireafter: at('2014-09-15T21:10:00Z') }
    expect(why({ action: expired })).toEqual(['likely expired-new'])
    expect(why({ action: expired, signatureRows: 0 })).toEqual(['likely unknown-investigator', 'possible expired-new'])
  })

  it('was set aside, or is perhaps a file that could not be read', () => {
    expect(why({ action: waiting, spool: spool({ setAside: [aside('same')] }) })).toEqual(['certain set-aside'])
    expect(why({ action: waiting, spool: spool({ setAside: [aside('unreadable')] }) })).toEqual([
      'likely broken-file',
      'possible not-written',
    ])
  })

  it('is only supposed when the spool was not checked, and says so', () => {
    expect(why({ action: waiting, spool: AWAY })).toEqual(['possible not-written'])
    expect(why({ action: waiting, spool: AWAY, signatureRows: 0 })).toEqual(['possible unknown-investigator'])
    const [sign] = anomaliesOf(facts({ action: waiting, spool: AWAY }))
    expect(sign?.unchecked).toBe('The spool was not checked: The spool directory does not exist on this machine.')
  })

  it('stays pending for ever in the layout of 2019, whose API has no spool', () => {
    const pending = { ...waiting, status: 'pending', expireafter: at('2014-09-15T21:10:00Z') }
    const later = { vintage: { kind: '2019' as const, agentColumns: LATER_COLUMNS }, spool: AWAY }
    expect(why({ ...later, action: pending })).toEqual(['certain expired-pending'])
    expect(anomaliesOf(facts({ ...later, action: pending })).map((sign) => [sign.code, sign.unchecked])).toEqual([
      ['A1', null],
    ])
    expect(why({ ...later, action: { ...pending, expireafter: null } })).toEqual(['possible log'])
  })
})

describe('an action that stands in preparation (A2, A9)', () => {
  const preparing = { status: 'preparing', lastupdatetime: null, counters: { ...ZERO, sent: 7 } }
  const verdict = (word: Verdict): SignatureEvidence => ({ verdict: word, sentence: `It is ${word}.`, keyId: 'ABCD' })

  it('was signed by somebody unknown, or changed after it was signed', () => {
    const unsigned = { action: preparing, signatureRows: 0 }
    expect(signs(unsigned)).toEqual(['A2'])
    expect(why(unsigned)).toEqual(['likely signature'])
    expect(why({ ...unsigned, signatures: [verdict('unknown-key')] })).toEqual(['certain unknown-signer'])
    expect(why({ ...unsigned, signatures: [verdict('not-rebuilt'), verdict('text-changed')] })).toEqual([
      'certain wrong-signature',
    ])
    expect(why({ ...unsigned, signatures: [verdict('not-rebuilt')] })).toEqual(['likely wrong-signature'])
    expect(why({ ...unsigned, signatures: [verdict('valid')] })).toEqual(['likely signature'])
  })

  it('lost its batch of commands when everything else is there', () => {
    expect(why({ action: preparing })).toEqual(['possible lost-batch'])
    expect(why({ action: { ...preparing, counters: { ...ZERO, sent: 20_000 } } })).toEqual(['likely lost-batch'])
  })

  it('claims nothing of commands that could not be counted', () => {
    const uncounted = { action: preparing, figures: null }
    expect(signs(uncounted)).toEqual(['A2'])
    expect(why(uncounted)).toBeNull()
    expect(why({ ...uncounted, signatureRows: 0 })).toEqual(['likely signature'])
    const said = (given: Overrides) => anomaliesOf(facts(given))[0]
    expect(said(uncounted)?.sentence).toMatch(/could not be counted/)
    expect(said(uncounted)?.todo).not.toMatch(/^Nothing has run/)
    expect(said({ action: preparing })?.todo).toMatch(/^Nothing has run/)
  })

  it('is another thing when commands of it are there: PostgreSQL refused to have its status changed', () => {
    expect(signs({ action: preparing, figures: figures({ sent: 7 }) })).toEqual(['A9'])
    expect(why({ action: preparing, figures: figures({ sent: 7 }) })).toBeNull()
    const returned = { ...preparing, counters: { ...ZERO, sent: 7, returned: 1, done: 1 } }
    expect(signs({ action: returned, figures: null })).toEqual(['A9'])
  })

  it('has a bad target when it stays scheduled', () => {
    const scheduled = { ...preparing, status: 'scheduled', target: 'linux', counters: ZERO }
    expect(signs({ action: scheduled })).toEqual(['A2'])
    expect(why({ action: scheduled })).toEqual(['certain version-1'])
    expect(why({ action: { ...scheduled, target: 'pid > 1' }, fleet: fleet() })).toEqual(['likely no-match'])
  })
})

describe('an action that does not land (A3)', () => {
  const overdue = {
    status: 'inflight',
    expireafter: at('2014-09-15T21:10:00Z'),
    counters: { ...ZERO, sent: 3, returned: 2, done: 2 },
  }
  const FLYING = { files: [file('inflight')], commandsInflight: 1 }
  const flying = spool(FLYING)

  it('lost commands, or missed the moment at which its counters were equal', () => {
    expect(why({ action: overdue, figures: figures({ done: 2 }), spool: flying })).toEqual([
      'certain lost-commands',
      'certain counter-drift',
    ])
    expect(signs({ action: overdue, figures: figures({ done: 2 }), spool: flying })).toEqual(['A3', 'A4'])
    const twice = { ...overdue, counters: { ...ZERO, sent: 2, returned: 3, done: 2, cancelled: 1 } }
    expect(why({ action: twice, figures: figures({ done: 2 }), spool: flying })).toEqual(['certain counter-drift'])
    expect(signs({ action: twice, figures: figures({ done: 2 }), spool: flying })).toEqual(['A3', 'A5'])
  })

  it('was never ended although everything is back', () => {
    const back = { ...overdue, counters: { ...ZERO, sent: 2, returned: 2, done: 2 } }
    expect(why({ action: back, figures: figures({ done: 2 }), spool: flying })).toEqual(['likely not-ended'])
    const uncounted = { ...ZERO, sent: null, returned: null }
    expect(why({ action: { ...back, counters: uncounted }, figures: figures({ success: 2 }), spool: flying })).toEqual([
      'likely not-ended',
    ])
  })

  it('waits behind a file that cannot be read, or lost its spool, or its scheduler', () => {
    const open = { action: overdue, figures: figures({ done: 2, sent: 1 }) }
    expect(why({ ...open, spool: spool({ ...FLYING, oldestReturned: at('2014-09-15T21:15:59Z') }) })).toEqual([
      'likely poison-file',
    ])
    expect(why({ ...open, spool: spool({ ...FLYING, oldestReturned: at('2014-09-15T21:16:00Z') }) })).toEqual([
      'possible log',
    ])
    expect(why({ ...open, spool: spool() })).toEqual(['likely spool-lost'])
    expect(why({ ...open, spool: flying, silence: { newest: at('2014-09-15T21:05:00Z'), silent: true } })).toEqual([
      'likely scheduler-down',
    ])
    // The scheduler went down long after it should have ended the action.
    expect(why({ ...open, spool: flying, silence: { newest: at('2014-09-15T21:16:00Z'), silent: true } })).toEqual([
      'possible log',
    ])
    expect(why({ ...open, spool: AWAY })).toEqual(['possible log'])
  })

  it('leaves commands out that nobody will end (A6)', () => {
    const open = { action: overdue, figures: figures({ done: 2, sent: 1 }) }
    const sixth = (evidence: SpoolEvidence) =>
      anomaliesOf(facts({ ...open, spool: evidence })).find(({ code }) => code === 'A6')
    expect(sixth(flying)?.label).toBe('commands not expired')
    expect(sixth(spool())?.label).toBe('commands left out')
    expect(sixth(AWAY)?.unchecked).toMatch(/^The spool was not checked/)
    expect(sixth(spool({ commandsInflight: null }))?.unchecked).toBe(
      'The directory command/inflight could not be listed.',
    )
    expect(signs({ ...open, action: { ...overdue, expireafter: null } })).toEqual([])
  })
})

describe('lost commands (A4)', () => {
  it('are those of a landed action too, but not while they may still be stored', () => {
    const completed = { counters: { ...ZERO, sent: 3, returned: 2, done: 2 } }
    expect(signs({ action: completed, figures: figures({ done: 2 }) })).toEqual(['A4'])
    const young = { ...completed, status: 'inflight', starttime: at('2014-09-15T21:17:30Z') }
    expect(signs({ action: young, figures: figures({ done: 2 }) })).toEqual([])
    expect(signs({ action: completed, figures: null })).toEqual([])
    expect(signs({ action: { counters: { ...ZERO, sent: null } }, figures: figures({ done: 2 }) })).toEqual([])
  })
})
