// `npm run mig-dashboard --`. No static imports: a Node.js that is too old must get as far as saying so.
import('./check-node.js')
  .then(async ({ nodeProblem }) => {
    const problem = nodeProblem(process.version)
    if (problem) {
      console.error(problem)
      process.exit(1)
    }
    const { spawnSync } = await import('child_process')
    const { fileURLToPath } = await import('url')
    const root = fileURLToPath(new URL('..', import.meta.url))
    const { installDependencies } = await import('./install.js')
    if (!(await installDependencies(root))) process.exit(1)
    const run = spawnSync(
      process.execPath,
      ['--conditions=react-server', '--import', 'tsx', 'scripts/mig-dashboard.ts', ...process.argv.slice(2)],
      // Paths that the operator writes are meant from where the operator is (INIT_CWD); the program works from its own folder.
      { cwd: root, stdio: 'inherit', env: { INIT_CWD: process.cwd(), ...process.env } },
    )
    process.exit(run.status === null ? 1 : run.status)
  })
  .catch((error) => {
    const old = Number(process.versions.node.split('.')[0]) < 20
    console.error(old ? `Node.js 20.19 or newer is needed, this is ${process.version}.` : error)
    process.exit(1)
  })
