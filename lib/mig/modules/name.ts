/** How many characters MIG's column holds. Apart from the schema: a form in the browser needs the number and not the parser. */
export const LONGEST_MODULE_NAME = 256
