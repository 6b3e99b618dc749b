import { Mono } from '../ui/mono'
import { TextLink } from '../ui/text-link'
import { Content } from './content'
import type { Crumb } from './page-header'
import { PageHeader } from './page-header'

/** Two rows whose ids print as the same rounded number: the reader chooses. */
export function ChooseId({ ids, base, crumbs, noun }: { ids: string[]; base: string; crumbs: Crumb[]; noun: string }) {
  return (
    <>
      <PageHeader crumbs={crumbs} title="Which one?" />
      <Content>
        <p className="max-w-text">
          The id in this address was rounded by the tool that printed it, and {ids.length} {noun} round to it. Choose
          one:
        </p>
        <ul className="flex flex-col gap-1">
          {ids.map((id) => (
            <li key={id}>
              <TextLink href={`${base}/${id}`}>
                <Mono>{id}</Mono>
              </TextLink>
            </li>
          ))}
        </ul>
      </Content>
    </>
  )
}
