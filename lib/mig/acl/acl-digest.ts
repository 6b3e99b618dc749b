import { createHash } from 'node:crypto'
import type { AgentAcl } from './agent-file'

// What tells two ACLs apart: four sums over their rules, each rule with factors of its own, so that the order of the rules is
// nothing and PostgreSQL adds them up for a whole fleet (`digestsSql`). Two ACLs that differ by chance give the same sums once
// in 2^124; they are compared, not trusted.

/** The four factors of a rule and the four terms that say it is there, all below 2^31. */
export type Factors = { by: [number, number, number, number]; plus: [number, number, number, number] }

/** The factors of a module's minimum weight, or of the weight that a key brings there. */
export function ruleFactors(module: string, key: string | null): Factors {
  const hash = createHash('sha256')
    .update(JSON.stringify([module, key]))
    .digest()
  const at = (i: number) => hash.readUInt32BE(i * 4) >>> 1
  return { by: [at(0) | 1, at(1) | 1, at(2) | 1, at(3) | 1], plus: [at(4), at(5), at(6), at(7)] }
}

/** The digest of four sums: 32 hexadecimal digits. */
function digestOf(sums: readonly bigint[]): string {
  return createHash('sha256').update(sums.join(',')).digest('hex').slice(0, 32)
}

/** The digest of an ACL: equal for files that list the same minimums and the same weights by key, whatever people are called. */
export function aclDigest(acl: AgentAcl): string {
  const sums = [0n, 0n, 0n, 0n]
  const add = ({ by, plus }: Factors, value: bigint) => {
    for (const [i, factor] of by.entries()) sums[i] = (sums[i] ?? 0n) + BigInt(factor) * value + BigInt(plus[i] ?? 0)
  }
  for (const [module, { minimumWeight, investigators }] of acl) {
    add(ruleFactors(module, null), BigInt(minimumWeight))
    const weights = new Map<string, bigint>()
    for (const { fingerprint, weight } of investigators) {
      // As agents compare: in any case, but with every blank.
      const key = fingerprint.toUpperCase()
      // Agents add up a key that stands there under two names.
      weights.set(key, (weights.get(key) ?? 0n) + BigInt(weight))
    }
    for (const [key, weight] of weights) add(ruleFactors(module, key), weight)
  }
  return digestOf(sums)
}

/** The digest of an ACL without any rule. */
export const NO_RULES = aclDigest(new Map())
