import type { IconName } from '@/components/ui/icon-shapes'
import { visibleText } from '@/components/ui/visible-text'
import type { SearchGroup, SearchKind } from '@/lib/mig/search/queries'
import { SEARCH_KINDS } from '@/lib/mig/search/words'
import { placesFor } from './places'
import type { Recent } from './recent'

/** One line of the palette; `does` is a key of what the palette itself can do, all others lead somewhere. */
export type Item = { key: string; label: string; detail: string; icon: IconName } & (
  | { href: string; does?: undefined }
  | { does: 'theme' | 'sign-out' | 'shortcuts'; href?: undefined }
)

export type ItemGroup = { key: string; label: string; items: Item[]; problem: string | null }

const KIND_ICONS: Record<SearchKind, IconName> = {
  action: 'action',
  command: 'command',
  agent: 'agent',
  investigator: 'investigator',
  file: 'file',
}

const OWN: Item[] = [
  { key: 'does:theme', label: 'Switch theme', detail: '', icon: 'moon', does: 'theme' },
  { key: 'does:shortcuts', label: 'Show the shortcuts', detail: '', icon: 'info', does: 'shortcuts' },
  { key: 'does:sign-out', label: 'Sign out', detail: '', icon: 'log-out', does: 'sign-out' },
]

/** What the palette lists for a text: places known here at once, and what the server found. All texts are ready to be shown. */
export function paletteGroups(
  text: string,
  { isAdmin, recent, found }: { isAdmin: boolean; recent: Recent[]; found: SearchGroup[] },
): ItemGroup[] {
  const places = placesFor(text, isAdmin)
  const itemOf = ({ label, href, icon }: (typeof places)[number]): Item => ({
    key: href,
    label,
    detail: '',
    icon,
    href,
  })
  const words = text.trim().toLowerCase()
  const own = OWN.filter(({ label }) => label.toLowerCase().includes(words))
  const groups: ItemGroup[] = [
    ...(words === '' ? [group('recent', 'Recent', recent.map(recentItem))] : []),
    ...found.map(({ kind, hits, problem }) => ({
      ...group(
        kind,
        SEARCH_KINDS[kind],
        hits.map(({ id, name, detail, href }) => ({
          key: `${kind}:${id}`,
          label: visibleText(name) || 'without a name',
          detail: visibleText(kind === 'file' ? detail : [detail, id].filter(Boolean).join(' · ')),
          icon: KIND_ICONS[kind],
          href,
        })),
      ),
      problem,
    })),
    group('pages', 'Go to', places.filter(({ does }) => !does).map(itemOf)),
    group('does', 'Do', [...places.filter(({ does }) => does).map(itemOf), ...own]),
  ]
  return groups.filter(({ items, problem }) => items.length > 0 || problem !== null)
}

/** The place of the chosen item among what is listed: answers that arrive move it, and change nothing about what it is. */
export function placeOf(items: readonly Item[], key: string | null): number {
  return Math.max(
    items.findIndex((item) => item.key === key),
    0,
  )
}

const group = (key: string, label: string, items: Item[]): ItemGroup => ({ key, label, items, problem: null })

function recentItem({ href, title }: Recent): Item {
  return { key: `recent:${href}`, label: visibleText(title), detail: visibleText(href), icon: 'clock', href }
}
