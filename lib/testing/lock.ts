import { z } from 'zod'

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      devDependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

const EXACT = /^\d+\.\d+\.\d+(-[\w.+-]+)?$/

/**
 * What is wrong with a package-lock.json: packages for other systems that npm left out, which makes `npm ci` fail there,
 * recorded addresses, missing checksums, versions that are not exact.
 */
export function lockProblems(text: string): string[] {
  const { packages } = lockSchema.parse(JSON.parse(text))
  const names = new Set(Object.keys(packages).map((folder) => folder.split('node_modules/').pop()))
  const problems: string[] = []
  for (const [folder, entry] of Object.entries(packages)) {
    const own = folder === '' ? 'the project' : folder.split('node_modules/').pop()
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      if (!names.has(name)) problems.push(`package-lock.json lacks ${name}, which ${own} names`)
    if (entry.resolved) problems.push(`package-lock.json records an address for ${own}`)
    if (folder === '') {
      for (const [name, version] of Object.entries({ ...entry.dependencies, ...entry.devDependencies }))
        if (!EXACT.test(version)) problems.push(`the version of ${name} is not exact: ${version}`)
    } else if (!entry.link && !entry.integrity) problems.push(`package-lock.json has no checksum for ${own}`)
  }
  return problems
}
