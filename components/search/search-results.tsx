import { Section } from '@/components/layout/section'
import { Icon } from '@/components/ui/icon'
import { TextLink } from '@/components/ui/text-link'
import type { SearchGroup } from '@/lib/mig/search/queries'
import { paletteGroups } from './items'

/** What a text names, as lists of links. */
export function SearchResults({ asked, found, isAdmin }: { asked: string; found: SearchGroup[]; isAdmin: boolean }) {
  const groups = paletteGroups(asked, { isAdmin, recent: [], found })
  if (groups.length === 0)
    return <p className="text-muted">Nothing is called “{asked}”, and no name of an agent or an action begins so.</p>
  return groups.map(({ key, label, items, problem }) => {
    const links = items.filter((item) => item.href !== undefined)
    if (links.length === 0 && problem === null) return null
    return (
      <Section key={key} title={label}>
        {problem && <p className="text-bad text-sm">{problem}</p>}
        <ul className="flex flex-col gap-1 text-sm">
          {links.map(({ key, href, label, detail, icon }) => (
            <li key={key} className="flex min-h-6 items-baseline gap-2">
              <Icon name={icon} className="size-4 shrink-0 self-center text-muted max-sm:mt-1 max-sm:self-start" />
              <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
                <TextLink href={href ?? '/search'}>
                  <bdi className="wrap-anywhere">{label}</bdi>
                </TextLink>
                <bdi className="text-muted text-xs wrap-anywhere">{detail}</bdi>
              </span>
            </li>
          ))}
        </ul>
      </Section>
    )
  })
}
