export type AgentVersion = {
  /** Day of the build, `2014-09-15`, in the build machine's zone; null when the text has none. */
  date: string | null
  /** Minute of the build, `17:00`, in the same zone. */
  time: string | null
  /** Abbreviated git commit. */
  commit: string | null
  /** Environment that the agent was built for, `prod`. */
  env: string | null
}

const VERSION = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?(?:[+-](?:\d+\.)?([0-9a-f]{6,40}))?(?:\.([A-Za-z0-9_-]+))?$/

/** The parts of an agent's version: `201409151700+72c0778.prod`, later `20141003` and the like. Never throws. */
export function parseAgentVersion(text: string): AgentVersion {
  const match = VERSION.exec(text)
  if (!match) return { date: null, time: null, commit: null, env: null }
  const [, year, month, day, hour, minute, commit, env] = match
  return {
    date: `${year}-${month}-${day}`,
    time: hour === undefined ? null : `${hour}:${minute}`,
    commit: commit ?? null,
    env: env ?? null,
  }
}
