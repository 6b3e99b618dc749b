import { nodeProblem } from './check-node.js'

/**
 * Runs scripts/NAME.ts in this process: checks the version of Node.js, installs the locked dependencies when they are
 * missing or out of date, and has TypeScript read by tsx. Nothing newer than ES2017 before the check has passed.
 */
export async function run(name) {
  const problem = nodeProblem(process.version)
  if (problem) {
    console.error(problem)
    process.exit(1)
  }
  const { fileURLToPath } = await import('node:url')
  process.chdir(fileURLToPath(new URL('..', import.meta.url)))
  const { installDependencies } = await import('./install.js')
  if (!(await installDependencies(process.cwd()))) process.exit(1)
  const { register } = await import('tsx/esm/api')
  register()
  await import(`./${name}.ts`)
}
