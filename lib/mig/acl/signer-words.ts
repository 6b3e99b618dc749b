import type { SignerSet } from './signer-sets'

const HOW_MANY = ['', 'one of', 'two of', 'three of']

/** One minimal set as words: each choice among people who weigh the same. */
export function setInWords(set: SignerSet, names: ReadonlyMap<string, string>): string {
  return set
    .map(({ count, of }) => {
      const people = of.map((id) => names.get(id) ?? `investigator ${id}`)
      return of.length === count ? people.join(' and ') : `${HOW_MANY[count]} ${people.join(', ')}`
    })
    .join(', and ')
}
