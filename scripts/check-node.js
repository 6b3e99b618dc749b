// ES5 below: a Node.js that is too old must be able to read this file.
/** Returns the sentence for a Node.js version that is not supported ("engines" in package.json), or null. */
export function nodeProblem(version) {
  var parts = version.replace(/^v/, '').split('.').map(Number)
  var major = parts[0]
  var minor = parts[1]
  if (major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return null
  return (
    'Node.js 20.19, 22.12 or 24 and newer is needed, this is ' +
    version +
    ': install a newer one, see https://nodejs.org.'
  )
}
