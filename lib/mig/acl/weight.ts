/** The least and the greatest value that PostgreSQL's integer holds. */
export const LEAST_WEIGHT = -2_147_483_648
export const GREATEST_WEIGHT = 2_147_483_647

/** What a weight is, in the words of a refusal. */
export const WEIGHT_WORDS = 'whole number from −2,147,483,648 to 2,147,483,647'

/** Whether the number is a weight as PostgreSQL's integer holds it. */
export function isWeight(value: number): boolean {
  return Number.isInteger(value) && value >= LEAST_WEIGHT && value <= GREATEST_WEIGHT
}

/** A weight as a person or a file writes it; the typographic minus is taken as well. Null for anything else. */
export function readWeight(text: string): number | null {
  const plain = text.trim().replace(/^[−–]/, '-')
  if (!/^[+-]?\d{1,15}$/.test(plain)) return null
  const value = Number(plain)
  return isWeight(value) ? value + 0 : null
}

/** What a cell is to hold: null, no rule, for an empty text, undefined for what is no weight. */
export function readCell(text: string): number | null | undefined {
  return text.trim() === '' ? null : (readWeight(text) ?? undefined)
}
