/** One thing that a module found: what it is (a file's path, an address, a package), and which check found it how. */
export type Hit = {
  path: string
  /** The check's label; for modules without labels what was looked for, such as `localip`. */
  check: string
  /** How it was looked for (`regex`, `sha256`, `name`); empty where a module has one way only. */
  method: string
  /** The tested value. */
  value: string
  /** How often it was found there, as digits; null where the module does not count. */
  count: string | null
}
