// Controls, bidirectional overrides, zero-width and unpaired characters: what could make a text look like another one.
const HIDDEN = /[\p{Cc}\p{Cs}\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]/gu

/** The text with every character that cannot be seen written as \n, \t or \u{...}. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    if (character === '\r') return '\\r'
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}

/** Like visibleText, line breaks and tabs kept: for text shown in lines. */
export function visibleLines(text: string): string {
  return text.replace(HIDDEN, (character) =>
    character === '\n' || character === '\t' ? character : visibleText(character),
  )
}
