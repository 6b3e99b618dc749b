/** The meaning of a status, one colour and icon each (look.md); neutral has none. */
export type Tone = 'good' | 'waiting' | 'attention' | 'bad' | 'gone' | 'odd' | 'neutral'

export type Status = {
  /** The stored word; null when there is none. */
  value: string | null
  label: string
  tone: Tone
  /** Whether some vintage of MIG writes this word. */
  known: boolean
}

/** `actions.status` of all vintages, in the order of an action's life. */
export const ACTION_STATUSES = [
  'init',
  'pending',
  'scheduled',
  'preparing',
  'inflight',
  'completed',
  'invalid',
] as const

/** The words inside action files: `done` stands in action/done and is never in the database. */
export const ACTION_FILE_STATUSES = [...ACTION_STATUSES, 'done'] as const

/** `commands.status` of all vintages: `succeeded`, `done`, then `success` is one meaning; so is `cancelled`, `expired`. */
export const COMMAND_STATUSES = [
  'prepared',
  'sent',
  'succeeded',
  'done',
  'success',
  'failed',
  'timeout',
  'cancelled',
  'expired',
] as const

/** What became of a command, over the words of all vintages; a status in none of them is unknown. */
export const COMMAND_OUTCOMES = {
  done: ['done', 'success', 'succeeded'],
  failed: ['failed'],
  timeout: ['timeout'],
  cancelled: ['cancelled', 'expired'],
  out: ['sent', 'prepared'],
} as const satisfies Record<string, readonly (typeof COMMAND_STATUSES)[number][]>

/** `agents.status` of all vintages. It is what was stored, not whether the agent is alive. */
export const AGENT_STATUSES = ['heartbeating', 'online', 'idle', 'offline', 'upgraded', 'destroyed'] as const

/** `investigators.status`, which exists since 2014-10. */
export const INVESTIGATOR_STATUSES = ['active', 'disabled'] as const

export type ActionFileStatus = (typeof ACTION_FILE_STATUSES)[number]
export type CommandStatus = (typeof COMMAND_STATUSES)[number]
export type AgentStatus = (typeof AGENT_STATUSES)[number]
export type InvestigatorStatus = (typeof INVESTIGATOR_STATUSES)[number]

type Meaning = { label: string; tone: Tone }

const ACTION: Readonly<Record<ActionFileStatus, Meaning>> = {
  init: { label: 'init', tone: 'waiting' },
  pending: { label: 'pending', tone: 'waiting' },
  scheduled: { label: 'scheduled', tone: 'waiting' },
  preparing: { label: 'preparing', tone: 'waiting' },
  inflight: { label: 'in flight', tone: 'waiting' },
  completed: { label: 'completed', tone: 'good' },
  invalid: { label: 'invalid', tone: 'bad' },
  done: { label: 'done', tone: 'good' },
}

const COMMAND: Readonly<Record<CommandStatus, Meaning>> = {
  prepared: { label: 'prepared', tone: 'waiting' },
  sent: { label: 'sent', tone: 'waiting' },
  succeeded: { label: 'succeeded', tone: 'good' },
  done: { label: 'done', tone: 'good' },
  success: { label: 'success', tone: 'good' },
  failed: { label: 'failed', tone: 'bad' },
  timeout: { label: 'timed out', tone: 'odd' },
  cancelled: { label: 'cancelled', tone: 'gone' },
  expired: { label: 'expired', tone: 'gone' },
}

// A row stays `heartbeating` for ever (mig-domain 5.2): green would claim that the agent is alive.
const AGENT: Readonly<Record<AgentStatus, Meaning>> = {
  heartbeating: { label: 'heartbeating', tone: 'neutral' },
  online: { label: 'online', tone: 'good' },
  idle: { label: 'idle', tone: 'attention' },
  offline: { label: 'offline', tone: 'bad' },
  upgraded: { label: 'upgraded', tone: 'gone' },
  destroyed: { label: 'destroyed', tone: 'gone' },
}

const INVESTIGATOR: Readonly<Record<InvestigatorStatus, Meaning>> = {
  active: { label: 'active', tone: 'good' },
  disabled: { label: 'disabled', tone: 'gone' },
}

/** Label and tone of an action's status, from the database or from a file. */
export function actionStatus(value: string | null): Status {
  return read(ACTION, value)
}

/** Label and tone of a command's status. */
export function commandStatus(value: string | null): Status {
  return read(COMMAND, value)
}

/** Label and tone of an agent row's stored status. */
export function agentStatus(value: string | null): Status {
  return read(AGENT, value)
}

/** Label and tone of an investigator's status. */
export function investigatorStatus(value: string | null): Status {
  return read(INVESTIGATOR, value)
}

function read(meanings: Readonly<Record<string, Meaning>>, value: string | null): Status {
  if (value === null || value === '') return { value, label: 'no status', tone: 'neutral', known: false }
  const meaning = Object.hasOwn(meanings, value) ? meanings[value] : undefined
  return meaning ? { value, ...meaning, known: true } : { value, label: value, tone: 'neutral', known: false }
}
