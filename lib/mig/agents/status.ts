import type { Tone } from '@/lib/mig/wire/status'

/** The computed states of an endpoint or a process, worst first; every row is in exactly one. */
export const ENDPOINT_STATES = ['unreachable', 'late', 'ahead', 'unknown', 'online', 'destroyed', 'gone'] as const
export type EndpointState = (typeof ENDPOINT_STATES)[number]

/** Label, tone and meaning of a computed state. What is not known is never green. */
export const STATE_MEANING: Readonly<Record<EndpointState, { label: string; tone: Tone; meaning: string }>> = {
  online: { label: 'online', tone: 'good', meaning: 'its last heartbeat is at most two periods old' },
  late: { label: 'late', tone: 'attention', meaning: 'missed its heartbeats, but MIG still sends it commands' },
  unreachable: {
    label: 'unreachable',
    tone: 'bad',
    meaning: 'silent for longer than the agent time-out: no action reaches it',
  },
  gone: {
    label: 'gone',
    tone: 'gone',
    meaning: 'silent for longer than the limit, 30 days unless the address says otherwise',
  },
  destroyed: { label: 'destroyed', tone: 'gone', meaning: 'MIG ordered it to end and has not heard from it since' },
  ahead: { label: 'clock ahead', tone: 'odd', meaning: 'its clock is more than a minute ahead: no action reaches it' },
  unknown: { label: 'no heartbeat', tone: 'odd', meaning: 'its row holds no real moment as last heartbeat' },
}
