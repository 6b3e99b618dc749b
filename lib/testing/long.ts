/** How often a random test tries: the short form in `npm test`, the long one in `npm run test:long`. */
export function tries({ short, long }: { short: number; long: number }): number {
  return process.env.LONG === '1' ? long : short
}
