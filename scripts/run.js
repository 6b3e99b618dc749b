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

/** Runs a TypeScript file in a process of its own with what only servers may import, and the database client; ends this one with its exit code. */
export async function runAsServer(file) {
  const problem = nodeProblem(process.version)
  if (problem) {
    console.error(problem)
    process.exit(1)
  }
  const { spawnSync } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { installDependencies } = await import('./install.js')
  if (!(await installDependencies(root))) process.exit(1)
  const { register } = await import('tsx/esm/api')
  register()
  const { generateClient } = await import('../lib/start/generate.ts')
  try {
    await generateClient(root)
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=react-server', '--import', 'tsx', file, ...process.argv.slice(2)],
    // Paths that the operator writes are meant from where the operator is (INIT_CWD); the program works from its own folder.
    { cwd: root, stdio: 'inherit', env: { INIT_CWD: process.cwd(), ...process.env } },
  )
  process.exit(status ?? 1)
}
