// `npm run screenshots`. No static imports: a Node.js that is too old must get as far as saying so.
import('./run.js')
  .then((module) => module.run('screenshots'))
  .catch((error) => {
    const old = Number(process.versions.node.split('.')[0]) < 20
    console.error(old ? `Node.js 20.19 or newer is needed, this is ${process.version}.` : error)
    process.exit(1)
  })
