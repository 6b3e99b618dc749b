import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const BUILD_INPUTS = [
  'app',
  'components',
  'lib',
  'public',
  'docs/glossary.md',
  'prisma/schema.prisma',
  'package.json',
  'package-lock.json',
  'next.config.js',
  'postcss.config.mjs',
  'proxy.ts',
  'instrumentation.ts',
  'tsconfig.json',
]
// Neither the tests nor the starter itself are part of what is built.
const OUTSIDE = /(\.test\.tsx?|^lib\/(testing|start)\/.*)$/

/** A hash over the content of files and folders below root, in a fixed order; a missing one counts as missing. */
export function hashOf(root: string, inputs: readonly string[], skip: RegExp = /^$/): string {
  const hash = createHash('sha256')
  const add = (name: string) => {
    const file = path.join(root, name)
    if (!existsSync(file)) return
    if (statSync(file).isDirectory()) {
      for (const entry of readdirSync(file).sort()) add(`${name}/${entry}`)
    } else if (!skip.test(name))
      hash.update(`${name}\0`).update(createHash('sha256').update(readFileSync(file)).digest())
  }
  for (const input of inputs) add(input)
  return hash.digest('hex')
}

/** A hash over everything that the build reads, and over the version of Node.js that it runs on. */
export function buildHash(root: string): string {
  return `${hashOf(root, BUILD_INPUTS, OUTSIDE)}-${process.version}`
}
