const LOOK_MS = 500

/**
 * Calls once when npm, which runs this process, is gone. npm hands a signal to its shell, and the shell dies of it
 * without handing it on. A process that was started without npm may outlive its parent.
 */
export function whenNpmIsGone(call: () => void): void {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    call()
  }, LOOK_MS)
  timer.unref()
}
