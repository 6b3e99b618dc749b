import { createElement } from 'react'
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

/** The shapes of all icons, once in the document. */
export function IconSprite() {
  return (
    <svg className="hidden" aria-hidden="true">
      <defs>
        {Object.entries(ICON_SHAPES).map(([name, shapes]) => (
          <symbol key={name} id={`icon-${name}`} viewBox="0 0 24 24">
            {shapes.map(([tag, attributes], index) => createElement(tag, { key: index, ...attributes }))}
          </symbol>
        ))}
      </defs>
    </svg>
  )
}
