import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** What only files outside of the spool say. */
export const OUTSIDE = 'OUTSIDE-OF-THE-SPOOL'

/** Writes, lets grow, renames, swaps for links and removes files, and sometimes a whole directory, until its input ends. */
const CHURN = `
  const fs = require('fs'), [root, outside] = process.argv.slice(1)
  let seed = 7
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
  const name = () => root + '/command/returned/' + (1000 + random(40))
  const text = (n) => '{"id":' + n + ',"status":"done","agent":{"name":"inside","queueloc":"q"},"results":[]}'
  const quietly = (what) => { try { what() } catch {} }
  const moves = [
    () => fs.writeFileSync(name(), text(random(1e6))),
    () => fs.appendFileSync(name(), ' '.repeat(random(5000))),
    () => fs.truncateSync(name(), random(60)),
    () => fs.renameSync(name(), name()),
    () => fs.unlinkSync(name()),
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.symlinkSync(outside + '/secret', at) },
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.mkdirSync(at) },
    () => { const at = name(); fs.rmSync(at, { force: true, recursive: true }); fs.linkSync(root + '/command/done/1-1.json', at) },
  ]
  const dir = root + '/command/returned'
  const round = () => {
    for (let i = 0; i < 60; i++) quietly(moves[random(moves.length)])
    if (random(9) === 0) quietly(() => {
      fs.renameSync(dir, dir + '.away')
      fs.symlinkSync(outside, dir)
      for (let i = 0; i < 3e5; i++);
      fs.unlinkSync(dir)
      fs.renameSync(dir + '.away', dir)
    })
    setTimeout(round, random(3))
  }
  process.stdin.on('end', () => process.exit()).resume()
  process.stdout.write('started')
  round()`

/** The names among which the files of command/returned come and go. */
export const CHURNED = Array.from({ length: 40 }, (_, i) => String(1000 + i))

/** A spool in which another process changes command/returned all the time; what it gives ends that. */
export async function churn(spool: string, outside: string): Promise<() => Promise<void>> {
  for (const state of ['returned', 'done']) fs.mkdirSync(path.join(spool, 'command', state), { recursive: true })
  fs.mkdirSync(outside)
  for (const name of ['secret', ...CHURNED])
    fs.writeFileSync(
      path.join(outside, name),
      `{"id":1,"status":"${OUTSIDE}","agent":{"name":"${OUTSIDE}","queueloc":"q"}}`,
    )
  fs.writeFileSync(
    path.join(spool, 'command/done/1-1.json'),
    '{"id":1,"status":"done","agent":{"name":"inside","queueloc":"q"}}',
  )
  const other = spawn(process.execPath, ['-e', CHURN, spool, outside], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((started) => other.stdout.once('data', started))
  return async () => {
    const ended = new Promise((done) => other.once('exit', done))
    other.stdin.end()
    await ended
  }
}
