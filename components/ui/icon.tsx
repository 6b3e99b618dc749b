import { cn } from '@/lib/cn'
import { ICON_SHAPES, type IconName } from './icon-shapes'

export type { IconName }

/** A 16-pixel icon out of the sprite; decorative, so a word must stand beside it. */
export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg className={cn('icon', className)} aria-hidden="true" focusable="false">
      <use href={`#icon-${name}`} />
    </svg>
  )
}

const SYMBOLS = Object.entries(ICON_SHAPES)
  .map(([name, shapes]) => {
    const drawn = shapes.map(([tag, attributes]) => {
      const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`)
      return `<${tag}${written.join('')}/>`
    })
    return `<symbol id="icon-${name}" viewBox="0 0 24 24">${drawn.join('')}</symbol>`
  })
  .join('')

/** The shapes of all icons, once in the document. */
export function IconSprite() {
  return (
    // As one string: hundreds of elements would cost each page some milliseconds on the server and in the browser.
    // biome-ignore lint/security/noDangerouslySetInnerHtml: constants of icon-shapes.ts alone; nothing that is read or typed gets here
    <svg className="hidden" aria-hidden="true" dangerouslySetInnerHTML={{ __html: `<defs>${SYMBOLS}</defs>` }} />
  )
}
