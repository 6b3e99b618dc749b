/** Runs one step and prints its line: what, then the time and what came of it. A step that throws is marked failed. */
export async function step<T>(what: string, run: (note: (text: string) => void) => T | Promise<T>): Promise<T> {
  const started = performance.now()
  const notes: string[] = []
  process.stdout.write(`${what} … `)
  try {
    const result = await run((text) => notes.push(text))
    process.stdout.write(`${seconds(started)}${notes.length ? `, ${notes.join(', ')}` : ''}\n`)
    return result
  } catch (error) {
    process.stdout.write(`failed after ${seconds(started)}\n`)
    throw error
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}

/** Prints one line of the running program with the time of day in UTC. */
export function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)
}
