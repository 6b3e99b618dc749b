import { formatCount, formatDuration, formatNumber, formatUtc } from '@/lib/format'
import type { Instant } from '@/lib/mig/wire/time'
import { createdOf } from './anomalies'
import { type ActionFacts, AGENT_LIMIT, type FleetEvidence } from './facts'
import { isBefore, type Reason } from './reasons'
import { type Comparison, strangeNames, targetShape } from './target'

// The scheduler takes targets as SQL since then (mig-domain 4).
const SQL_TARGETS_SINCE = '2014-08-26T00:00:00Z' as Instant

const agents = (count: number) =>
  count > AGENT_LIMIT ? `more than ${formatNumber(AGENT_LIMIT)} processes` : formatCount(count, 'process', 'processes')

function quoted({ column, key, operator, value }: Comparison): string {
  return `${column}${key === null ? '' : `->>'${key}'`} ${operator} '${value}'`
}

/** What is wrong with a target as text, if anything is; it is never run. */
export function targetReason({ action, vintage }: ActionFacts): Reason | null {
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

/** What the agents of the time when the scheduler looked for them say of the target. */
export function fleetReason(fleet: FleetEvidence | null): Reason {
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
