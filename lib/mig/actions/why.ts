import { formatCount, formatDuration, formatNumber, formatUtc } from '@/lib/format'
import { earlier } from '@/lib/mig/agents/state'
import type { Verdict } from '@/lib/mig/signatures/verdict'
import { compareInstants, type Instant, instantToDate } from '@/lib/mig/wire/time'
import { attentionBounds, attentionOf, createdOf, laterOf } from './anomalies'
import { type ActionFacts, AGENT_LIMIT, type FleetEvidence, type SetAside } from './facts'
import { type Comparison, strangeNames, targetShape } from './target'

/** `certain`: it follows from what is stored. `likely`: nothing else that is known fits. `possible`: it cannot be ruled out. */
export const GRADES = ['certain', 'likely', 'possible'] as const
export type Grade = (typeof GRADES)[number]

export type Reason = {
  key: string
  grade: Grade
  title: string
  /** What it is read from, one fact each. */
  evidence: string[]
  todo: string | null
}

export type Why = {
  /** What the reasons explain. */
  state: 'invalid' | 'stuck'
  reasons: Reason[]
}

// The scheduler takes targets as SQL since then (mig-domain 4).
const SQL_TARGETS_SINCE = '2014-08-26T00:00:00Z' as Instant
/** PostgreSQL takes 65,535 parameters a statement; a command of the batch has seven (mig-domain 1.4). */
export const BATCH_LIMIT = 9_300

const isBefore = (a: Instant | null, b: Instant | null) => a !== null && b !== null && compareInstants(a, b) < 0
const span = (from: Instant, to: Instant) => formatDuration(instantToDate(to).getTime() - instantToDate(from).getTime())
const agents = (count: number) =>
  count > AGENT_LIMIT ? `more than ${formatNumber(AGENT_LIMIT)} processes` : formatCount(count, 'process', 'processes')

/** Why an action is invalid or stuck, the surest reason first; null when it is neither. */
export function whyOf(facts: ActionFacts): Why | null {
  if (facts.action.status === 'invalid') return { state: 'invalid', reasons: sorted(whyInvalid(facts)) }
  const reason = attentionOf(facts.action, attentionBounds(facts.now, facts.timings))
  const reasons =
    reason === 'A1'
      ? whyNotTaken(facts)
      : reason === 'A2' && !facts.figures?.total
        ? whyNotPrepared(facts)
        : reason === 'A3'
          ? whyNotLanded(facts)
          : null
  return reasons && { state: 'stuck', reasons: sorted(reasons) }
}

function sorted(reasons: Reason[]): Reason[] {
  return reasons.toSorted((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade))
}

function quoted({ column, key, operator, value }: Comparison): string {
  return `${column}${key === null ? '' : `->>'${key}'`} ${operator} '${value}'`
}

/** What is wrong with a target as text, if anything is; it is never run. */
function targetReason({ action, vintage }: ActionFacts): Reason | null {
  const created = createdOf(action.id)
  const swallowed = 'The scheduler swallows the error of such a target and marks the action invalid.'
  if (action.syntaxversion === 1) {
    const isKill = /^(Destroy|Kill) agent /.test(action.name)
    const isOld = isBefore(created, SQL_TARGETS_SINCE)
    return {
      key: isKill ? 'kill-order' : 'version-1',
      grade: isOld ? 'possible' : 'certain',
      title: isKill
        ? 'The scheduler’s own kill order is written in a way that it no longer understands'
        : 'Its target is of syntax version 1',
      evidence: [
        `syntaxversion is 1: the target is a part of a name, queue, system or version, and no SQL. Schedulers since 26 August 2014 put it into SQL as it stands, which fails.`,
        isKill
          ? 'The scheduler writes such an order against an older process on the same queue with each heartbeat of that queue, and each ends like this one.'
          : swallowed,
        ...(isOld ? ['It was made before that day, when such targets still worked.'] : []),
      ],
      todo: isKill
        ? 'End the older process on that endpoint by hand; these orders never will.'
        : 'Write the target as a condition on the agents table, with syntax version 2.',
    }
  }
  const shape = targetShape(action.target)
  const rewrite = "Write the target as a condition on the agents table, for example agents.os='linux'."
  if (shape.kind === 'word')
    return {
      key: 'version-1',
      grade: 'certain',
      title: 'Its target is a word, as in syntax version 1, and no condition',
      evidence: [
        `syntaxversion is ${action.syntaxversion ?? 'not stored'}, for which the target has to be SQL; a single word is taken for the name of a column that does not exist.`,
        swallowed,
      ],
      todo: rewrite,
    }
  if (shape.kind === 'empty')
    return {
      key: 'no-target',
      grade: 'certain',
      title: 'It has no target',
      evidence: ['The target is empty, which is no condition.', swallowed],
      todo: rewrite,
    }
  if (shape.kind === 'broken')
    return {
      key: 'bad-target',
      grade: 'certain',
      title: 'Its target is not valid SQL',
      evidence: [`In the target ${shape.why}.`, swallowed],
      todo: rewrite,
    }
  const strange = strangeNames(action.target, vintage.agentColumns)
  if (strange.length > 0) {
    const sure = strange.find((one) => one.sure)
    return {
      key: 'bad-target',
      grade: sure ? 'certain' : 'likely',
      title: 'Its target names a column that the agents table does not have',
      evidence: [
        `There is no column ${strange.map(({ name }) => name).join(', ')} in agents.${sure ? '' : ' A text has to stand in single quotes to be one.'}`,
        swallowed,
      ],
      todo: strange.some(({ name }) => name === 'os')
        ? `Ask for environment->>'os' instead: this layout has no column os.`
        : 'Mend the target, then sign and submit the action again.',
    }
  }
  return null
}

function fleetReason(fleet: FleetEvidence | null): Reason {
  const unrun = 'The target itself is not run here.'
  const todo = 'Check the target against the agents that you expect it to match, then sign and submit it again.'
  if (!fleet)
    return {
      key: 'no-match',
      grade: 'possible',
      title: 'Its target matched no agent, or is not valid SQL',
      evidence: ['The agents of that time could not be looked at.', unrun],
      todo,
    }
  const window = `the ${formatDuration(fleet.timeout)} before ${formatUtc(fleet.at)}`
  if (fleet.possible === 0)
    return {
      key: 'no-agent',
      grade: 'certain',
      title: 'No agent was seen in the window in which the scheduler looks for targets',
      evidence: [`No row of the agents table can have had a heartbeat in ${window}.`],
      todo: 'See whether heartbeats reach the scheduler; then sign and submit the action again.',
    }
  const seen = `${agents(fleet.possible)} may have had a heartbeat in ${window}; ${fleet.certain ? `the last one of ${agents(fleet.certain)} lies in it` : 'all were also seen later, and only the last heartbeat is kept'}.`
  if (!fleet.comparison)
    return {
      key: 'no-match',
      grade: 'likely',
      title: 'Its target matched no agent, or is not valid SQL',
      evidence: [
        seen,
        'It had not expired, and the scheduler gives no other reason. It treats bad SQL like no match.',
        unrun,
      ],
      todo,
    }
  const asked = fleet.comparison.parts.map(quoted).join(' and ')
  if (fleet.comparison.certain > 0)
    return {
      key: 'not-created',
      grade: 'likely',
      title: 'Its commands could not be made, although its target matched',
      evidence: [
        seen,
        `${agents(fleet.comparison.certain)} whose last heartbeat lies in that window fit: ${asked}, compared here without running the target.`,
      ],
      todo: 'Look in the scheduler’s log of that moment; then sign and submit the action again.',
    }
  if (fleet.comparison.possible === 0)
    return {
      key: 'no-match',
      grade: 'certain',
      title: 'Its target matched no agent',
      evidence: [seen, `None of them fits: ${asked}, compared here without running the target.`],
      todo,
    }
  return {
    key: 'no-match',
    grade: 'possible',
    title: 'Its target matched no agent at that moment',
    evidence: [
      seen,
      `Of them ${agents(fleet.comparison.possible)} would fit (${asked}), so the target is sound: they may have been silent just then, or storing the commands failed.`,
      unrun,
    ],
    todo: 'Look in the scheduler’s log of that moment; then sign and submit the action again.',
  }
}

function whyInvalid(facts: ActionFacts): Reason[] {
  const { action } = facts
  const { validfrom, expireafter, starttime, lastupdatetime } = action
  const refused = lastupdatetime ?? starttime
  const todo = 'Sign it again with a validity that has not passed, and submit it while the scheduler runs.'
  if (expireafter && validfrom && compareInstants(expireafter, validfrom) <= 0)
    return [
      {
        key: 'expired',
        grade: 'certain',
        title: 'It was never valid',
        evidence: [
          `It expires at ${formatUtc(expireafter)}, before or when its validity begins, ${formatUtc(validfrom)}.`,
        ],
        todo,
      },
    ]
  if (expireafter && refused && compareInstants(refused, expireafter) >= 0)
    return [
      {
        key: 'expired',
        grade: 'certain',
        title: 'It had expired before the scheduler started it',
        evidence: [
          `It expired at ${formatUtc(expireafter)}; the scheduler refused it at ${formatUtc(refused)}, ${span(expireafter, refused)} later.`,
        ],
        todo,
      },
    ]
  const target = targetReason(facts)
  if (target?.grade === 'certain') return [target]
  const fleet = fleetReason(facts.fleet)
  const unknownTime: Reason[] = refused
    ? []
    : [
        {
          key: 'expired',
          grade: 'possible',
          title: 'It had expired before the scheduler started it',
          evidence: ['The row does not say when it was refused.'],
          todo,
        },
      ]
  return [...(target ? [target] : []), fleet, ...unknownTime]
}

function setAsideEvidence({ name, at }: SetAside): string {
  return `action/invalid/${name}, set aside at ${formatUtc(at)}.`
}

/** That nothing is heard explains only what should have happened since: `due`. */
function silentReason({ silence, timings }: ActionFacts, due: Instant | null): Reason | null {
  if (!silence.silent || !silence.newest) return null
  if (due && isBefore(due, earlier(silence.newest, 2 * timings.collectorPeriod))) return null
  return {
    key: 'scheduler-down',
    grade: 'likely',
    title: 'The scheduler does not run, or its database does not hear it',
    evidence: [`The newest heartbeat of all agents is of ${formatUtc(silence.newest)}.`],
    todo: 'Start the scheduler and look at its log.',
  }
}

function whyNotTaken(facts: ActionFacts): Reason[] {
  const { action, spool, signatureRows, now } = facts
  const isExpired = isBefore(action.expireafter, now)
  const silent = silentReason(facts, laterOf(createdOf(action.id), action.validfrom))
  if (facts.vintage.kind === '2019') {
    const expired: Reason = {
      key: 'expired-pending',
      grade: action.status === 'pending' ? 'certain' : 'likely',
      title: 'It expired before the scheduler took it up',
      evidence: [
        `It expired at ${formatUtc(action.expireafter ?? now)}; the schedulers of this layout leave the status of such a row as it is.`,
      ],
      todo: 'Sign it again with a validity that has not passed.',
    }
    const out = [...(isExpired ? [expired] : []), ...(silent ? [silent] : [])]
    return out.length ? out : [logOnly('The scheduler has not looked at it')]
  }
  const reasons: Reason[] = []
  if (spool.checked && spool.files.some(({ directory }) => directory[1] === 'new')) {
    const others = spool.waiting && spool.waiting.files > 1 ? spool.waiting.files - 1 : 0
    reasons.push({
      key: 'scheduler-down',
      grade: silent ? 'certain' : 'likely',
      title: 'The scheduler does not run, or stops at another file',
      evidence: [
        `action/new/${action.id}.json is there.`,
        ...(others ? [`${formatCount(others, 'other file waits', 'other files wait')} in action/new.`] : []),
        ...(silent?.evidence ?? []),
      ],
      todo: 'Start the scheduler and look at its log; a file that it cannot read stops its collector.',
    })
    return reasons
  }
  const same = spool.checked ? spool.setAside.find(({ match }) => match === 'same') : undefined
  if (same)
    return [
      {
        key: 'set-aside',
        grade: 'certain',
        title: 'The scheduler failed to process its file and set it aside',
        evidence: [setAsideEvidence(same), 'Why it failed stands in the scheduler’s log of that moment only.'],
        todo: 'Look at the file and at the log.',
      },
    ]
  const broken = spool.checked ? spool.setAside.find(({ match }) => match === 'unreadable') : undefined
  if (broken)
    reasons.push({
      key: 'broken-file',
      grade: 'likely',
      title: 'Its file could not be read: the API writes it in place, and the scheduler may see half of it',
      evidence: [`No JSON: ${setAsideEvidence(broken)}`, 'Its moment fits; nothing in it names an action.'],
      todo: 'Submit the action again.',
    })
  const gone = spool.checked ? ['No file of it lies in action/new.'] : [`The spool was not checked: ${spool.why}`]
  const grade = (isLikely: boolean): Grade => (spool.checked && isLikely && !broken ? 'likely' : 'possible')
  if (signatureRows === 0)
    reasons.push({
      key: 'unknown-investigator',
      grade: grade(true),
      title: 'Its signer was unknown to the API',
      evidence: [
        ...gone,
        'No row in the signatures table: the API stores the action first and then looks for the signer; when there is none it stops there, without a file.',
      ],
      todo: 'Add the signer’s key as an investigator, then sign and submit the action again.',
    })
  if (isExpired)
    reasons.push({
      key: 'expired-new',
      grade: grade(signatureRows > 0),
      title: 'It expired while it waited, and the collector deleted its file',
      evidence: [
        ...gone,
        `It expired at ${formatUtc(action.expireafter ?? now)}. The collector deletes such a file and leaves the row as it is.`,
      ],
      todo: 'Sign it again with a validity that has not passed, and submit it while the scheduler runs.',
    })
  if (signatureRows > 0 && !isExpired)
    reasons.push({
      key: 'not-written',
      grade: grade(true),
      title: 'The API could not write its file into the spool',
      evidence: [...gone, 'Its signatures are recorded, which the API does just before it writes the file.'],
      todo: 'Check that the API may write into action/new and that its disk has room; then submit the action again.',
    })
  if (silent && !spool.checked) reasons.push({ ...silent, grade: 'possible' })
  return reasons
}

function logOnly(title: string): Reason {
  return {
    key: 'log',
    grade: 'possible',
    title,
    evidence: ['Nothing that is stored tells why.'],
    todo: 'The scheduler’s log of that moment does.',
  }
}

// What a verdict on a signature explains of an action that was refused after its preparation, and how surely.
const REFUSED: Readonly<Partial<Record<Verdict, Grade>>> = {
  'unknown-key': 'certain',
  'text-changed': 'certain',
  'wrong-key': 'certain',
  unreadable: 'certain',
  'not-rebuilt': 'likely',
}
const rank = (verdict: Verdict) => Object.keys(REFUSED).indexOf(verdict)

function whyNotPrepared(facts: ActionFacts): Reason[] {
  const { action, spool, signatureRows, signatures } = facts
  if (action.status === 'scheduled') {
    const target = targetReason(facts)
    const reason: Reason = target ?? { ...fleetReason(facts.fleet), grade: 'likely' }
    const silent = silentReason(facts, action.starttime)
    return [reason, ...(silent ? [silent] : [])]
  }
  const same = spool.checked ? spool.setAside.find(({ match }) => match === 'same') : undefined
  const bad = (signatures ?? []).filter(({ verdict }) => verdict in REFUSED)
  const evidence = [
    ...bad.map(({ sentence }) => sentence),
    ...(signatureRows === 0
      ? [
          'No row in the signatures table: the scheduler stores them only after it has found every signer and checked every signature.',
        ]
      : []),
    ...(same ? [`Its file with the same signature: ${setAsideEvidence(same)}`] : []),
    ...(spool.checked ? [] : [`The spool was not checked: ${spool.why}`]),
  ]
  const todo =
    'Look at the signatures of this action. Have it signed by an investigator whose key is known, and submit it again.'
  const [worst] = bad.toSorted((a, b) => rank(a.verdict) - rank(b.verdict))
  if (signatureRows === 0 && worst) {
    const isUnknown = worst.verdict === 'unknown-key'
    return [
      {
        key: isUnknown ? 'unknown-signer' : 'wrong-signature',
        grade: REFUSED[worst.verdict] ?? 'possible',
        title: isUnknown ? 'Its signer is unknown' : 'Its signature does not fit its text',
        evidence,
        todo: isUnknown
          ? `Add the key${worst.keyId ? ` ${worst.keyId}` : ''} as an investigator if it is to be trusted, then submit the action again.`
          : todo,
      },
    ]
  }
  if (signatureRows === 0)
    return [
      {
        key: 'signature',
        grade: 'likely',
        title: 'Its signer is unknown, or its signature does not fit its text',
        evidence: [...evidence, 'Which of the two, the signatures tell.'],
        todo,
      },
    ]
  return [
    {
      key: 'lost-batch',
      grade: (action.counters.sent ?? 0) > BATCH_LIMIT ? 'likely' : 'possible',
      title: 'Its commands could not be stored',
      evidence: [
        `${formatCount(action.counters.sent ?? 0, 'agent')} counted, its signatures recorded, and no command in the database.`,
        ...((action.counters.sent ?? 0) > BATCH_LIMIT
          ? [
              `A batch of more than about ${formatNumber(BATCH_LIMIT)} commands has more parameters than PostgreSQL takes, and is lost.`,
            ]
          : []),
        ...(same ? [setAsideEvidence(same)] : []),
      ],
      todo: 'Submit the action again, in parts if it goes to many agents.',
    },
  ]
}

function whyNotLanded(facts: ActionFacts): Reason[] {
  const { action, figures, spool, timings, now } = facts
  const { sent, returned } = action.counters
  const reasons: Reason[] = []
  if (figures && sent !== null && figures.total < sent)
    reasons.push({
      key: 'lost-commands',
      grade: 'certain',
      title: 'Commands were lost, so that it can never be complete',
      evidence: [
        `${formatNumber(sent)} sent stored, ${formatNumber(figures.total)} in the database: returned cannot reach sent.`,
        sent > BATCH_LIMIT
          ? `More than about ${formatNumber(BATCH_LIMIT)} commands in one batch have more parameters than PostgreSQL takes, and the batch is lost.`
          : 'Ids of one second collide, and the later command then replaces the earlier or fails with its batch.',
      ],
      todo: 'Ask the agents without a command again.',
    })
  if (figures && figures.byOutcome.out === 0 && figures.total > 0 && returned !== null && returned !== sent)
    reasons.push({
      key: 'counter-drift',
      grade: 'certain',
      title: 'All its commands are back, but its counters missed the moment',
      evidence: [
        `${formatNumber(returned)} returned of ${formatNumber(sent ?? 0)} sent stored, and no command is out: the scheduler ends an action when both are equal, and only then.`,
      ],
      todo: 'Nothing is missing: take it for completed.',
    })
  else if (figures && figures.byOutcome.out === 0 && figures.total > 0 && (sent === null || figures.total >= sent))
    reasons.push({
      key: 'not-ended',
      grade: 'likely',
      title: 'All its commands are back, and the scheduler did not get to end it',
      evidence: [
        `${formatCount(figures.total, 'command')} in the database, none of them out${returned === null ? '' : ', and the counters agree'}: the scheduler was stopped, or failed, between counting the last answer and ending the action.`,
      ],
      todo: 'Nothing is missing: take it for completed.',
    })
  if (spool.checked) {
    const patience = 2 * timings.collectorPeriod
    const stale =
      spool.oldestReturned && instantToDate(now).getTime() - instantToDate(spool.oldestReturned).getTime() > patience
        ? spool.oldestReturned
        : null
    if (stale)
      reasons.push({
        key: 'poison-file',
        grade: 'likely',
        title: 'A file in command/returned stops the collector',
        evidence: [
          `The oldest file there is of ${formatUtc(stale)}; answers stay there for a second or two. One that cannot be read is never moved, and until it is deleted no command expires.`,
        ],
        todo: 'Look in command/returned for a file marked as broken, and delete it by hand.',
      })
    if (!spool.files.some(({ directory }) => directory[1] === 'inflight') && spool.commandsInflight === 0)
      reasons.push({
        key: 'spool-lost',
        grade: stale ? 'possible' : 'likely',
        title: 'The spool was lost or rebuilt',
        evidence: ['Neither its file nor one of its commands is in flight in the spool, so nothing can end it.'],
        todo: 'Nothing will change this row. Ask again what is still wanted.',
      })
  }
  const silent = silentReason(facts, action.expireafter)
  if (silent) reasons.push(silent)
  if (reasons.length === 0)
    reasons.push(
      logOnly(
        spool.checked ? 'The collector does not get to it' : `The spool may tell, and was not checked: ${spool.why}`,
      ),
    )
  return reasons
}
