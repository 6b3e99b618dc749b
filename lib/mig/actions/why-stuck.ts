import { formatCount, formatNumber, formatUtc } from '@/lib/format'
import { earlier } from '@/lib/mig/agents/state'
import type { Verdict } from '@/lib/mig/signatures/verdict'
import { type Instant, instantToDate } from '@/lib/mig/wire/time'
import { createdOf, laterOf } from './anomalies'
import type { ActionFacts, SetAside } from './facts'
import { BATCH_LIMIT, type Grade, isBefore, type Reason } from './reasons'
import { fleetReason, targetReason } from './why-target'

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

/** Why the scheduler has not taken it up. */
export function whyNotTaken(facts: ActionFacts): Reason[] {
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

/** Why it stopped between its preparation and its commands. */
export function whyNotPrepared(facts: ActionFacts): Reason[] {
  const { action, figures, spool, signatureRows, signatures } = facts
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
  // Commands that could not be counted may well be there.
  if (!figures) return []
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

/** Why it has not ended, although it has expired. */
export function whyNotLanded(facts: ActionFacts): Reason[] {
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
      todo:
        sent !== null && figures.total < sent
          ? 'Of the commands that there are no answer is missing: take them for all that comes.'
          : 'Nothing is missing: take it for completed.',
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
