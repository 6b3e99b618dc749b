import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

// Plain JavaScript: it runs before there are any dependencies.

/** True when node_modules holds what package-lock.json says, packages for other systems left out. */
export function isInstalled(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  const found = readPackages(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !found) return false
  return Object.entries(wanted).every(([folder, { version, optional, link }]) => {
    if (folder === '' || link) return true
    const there = found[folder]
    if (!there) return optional === true
    return there.version === version && existsSync(path.join(root, folder, 'package.json'))
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return undefined
  }
}

/** Installs the locked dependencies if they are not there; prints a line, and returns false after saying why it failed. */
export async function installDependencies(root) {
  if (isInstalled(root)) return true
  const started = performance.now()
  process.stdout.write('Installing the locked dependencies … ')
  const { code, output } = await npm(root, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code === 0) {
    process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    return true
  }
  process.stdout.write('failed\n')
  // Where packages come from is this machine's business: addresses may even hold credentials.
  const said = output.replace(/\b[a-z+]+:\/\/[^\s"']+/gi, '(address)').trim()
  console.error(said.split('\n').slice(-15).join('\n'))
  console.error('The dependencies could not be installed: run "npm ci" to see more, then start again.')
  return false
}

function npm(root, args) {
  // Under `npm start` npm says where it is; else the one beside node or on the PATH.
  const own = process.env.npm_execpath
  const viaNode = own && /npm-cli\.c?js$/.test(own) && existsSync(own)
  const child = viaNode
    ? spawn(process.execPath, [own, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
  return new Promise((resolve) => {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output = (output + text).slice(-20_000)
      })
    }
    child.once('error', (error) => resolve({ code: 1, output: `npm could not be run: ${error.message}` }))
    child.once('close', (code) => resolve({ code, output }))
  })
}
