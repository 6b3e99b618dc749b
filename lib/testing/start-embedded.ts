import { startEmbedded } from '@/lib/db/embedded'

// A starter of its own for the tests that kill one: starts, tells what it has, and stays.
const [dir = ''] = process.argv.slice(2)
const running = await startEmbedded({ dir, settings: { fsync: 'off' } })
console.log(JSON.stringify({ ...running, exited: undefined }))
setInterval(() => {}, 60_000)
