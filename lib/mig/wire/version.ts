export type AgentVersion = {
  /** Day of the build, `2014-09-15`, in the build machine's zone; null when the text is of no known form. */
  date: string | null
  /** Minute of the build, `17:00`, in the same zone; only until 2014-10. */
  time: string | null
  /** Abbreviated git commit; versions of Windows builds have none. */
  commit: string | null
  /** Environment that the agent was built for, `prod`. */
  env: string | null
  /** Number of the build on its day, in later versions. */
  release: number | null
}

const NONE: AgentVersion = { date: null, time: null, commit: null, env: null, release: null }
const UNIX = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?(?:(?:\+|-(\d{1,9})\.)([0-9a-f]{4,40})(?:\.([\w.-]+))?)?$/
const WINDOWS = /^(\d\d)\.(\d\d)\.(\d\d)(?:\.(\d{1,9}))?$/

/**
 * The parts of an agent's version in the forms that MIG's Makefile gave it: `201409151700+72c0778.prod`,
 * `20150122+ad43a11.prod`, `20170913-0.b1caf0e.dev`, on Windows `15.01.22` and `17.09.13.0`. Never throws.
 */
export function parseAgentVersion(text: string): AgentVersion {
  const windows = WINDOWS.exec(text)
  if (windows) {
    const [, year, month, day, release] = windows
    return dated(`20${year}-${month}-${day}`, { ...NONE, release: numberOf(release) })
  }
  const unix = UNIX.exec(text)
  if (!unix) return NONE
  const [, year, month, day, hour, minute, release, commit = null, env = null] = unix
  const time = hour === undefined ? null : `${hour}:${minute}`
  if (time !== null && (Number(hour) > 23 || Number(minute) > 59)) return NONE
  return dated(`${year}-${month}-${day}`, { ...NONE, time, commit, env, release: numberOf(release) })
}

function dated(date: string, rest: AgentVersion): AgentVersion {
  const moment = new Date(`${date}T00:00:00Z`)
  const isDay = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(date)
  return isDay ? { ...rest, date } : NONE
}

function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits)
}
