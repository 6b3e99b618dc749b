// Preloaded into the processes that the starter starts: they end when the starter does, even when it was killed.
if (process.channel)
  process.once('disconnect', () => {
    // As for Ctrl-C first, and for good after a few seconds.
    process.kill(process.pid, 'SIGTERM')
    setTimeout(() => process.exit(1), 5_000).unref()
  })
