import { startEmbedded } from '@/lib/db/embedded'
// Keeps the embedded database of a folder running: node --import tsx start-data.ts DIR PORT
const [dir = '', port = '0'] = process.argv.slice(2)
for (;;) {
  try {
    const running = await startEmbedded({ dir, ports: { from: Number(port), to: Number(port) } })
    console.log(new Date().toISOString(), running.ownerUrl, running.programUrl, running.pid)
    const hold = setInterval(() => {}, 60_000)
    await running.exited
    clearInterval(hold)
  } catch (e) { console.log(String(e)) }
  await new Promise((r) => setTimeout(r, 1000))
}
