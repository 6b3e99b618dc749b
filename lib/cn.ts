/** Joins class names, leaving out what is false, null or undefined. */
export function cn(...classes: (string | false | null | undefined)[]): string {
  return classes.filter(Boolean).join(' ')
}
