import { visibleText } from '@/components/ui/visible-text'
import type { AuditRow, Change } from '@/lib/audit/queries'
import { browserName } from '@/lib/auth/browser-name'

const SHOWN_FIELDS = 6
const SHOWN_CHARACTERS = 120

/** Only the fields that differ: the old value struck, the new one behind it. */
export function Changes({ changes }: { changes: Change[] }) {
  const more = changes.length - SHOWN_FIELDS
  return (
    <dl className="flex flex-col gap-0.5">
      {changes.slice(0, SHOWN_FIELDS).map(({ field, before, after }) => (
        <div key={field} className="flex flex-wrap items-baseline gap-x-1.5 gap-y-0.5">
          <dt className="text-muted text-xs">
            <bdi>{visibleText(field)}</bdi>
          </dt>
          <dd className="flex min-w-0 flex-wrap items-baseline gap-1 font-mono text-xs">
            {before !== null && (
              <del className="rounded-sm bg-bad-tint px-1 text-bad wrap-anywhere">
                <Value json={before} />
              </del>
            )}
            {after !== null && (
              <ins className="rounded-sm bg-good-tint px-1 text-good no-underline wrap-anywhere">
                <Value json={after} />
              </ins>
            )}
          </dd>
        </div>
      ))}
      {more > 0 && <div className="text-faint text-xs">and {more} more</div>}
    </dl>
  )
}

/** What else the row tells, where nothing was there before and after: why, from which browser, which filters. */
export function Details({ details }: { details: AuditRow['details'] }) {
  if (details.length === 0) return null
  return (
    <dl className="flex flex-col gap-0.5">
      {details.slice(0, SHOWN_FIELDS).map(({ field, value }) => (
        <div key={field} className="flex flex-wrap items-baseline gap-x-1.5">
          <dt className="text-muted text-xs">
            <bdi>{visibleText(field)}</bdi>
          </dt>
          <dd className="min-w-0 font-mono text-xs wrap-anywhere">
            <Value json={field === 'browser' ? shortBrowser(value) : value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** The whole of what the browser says of itself stands in the whole row. */
function shortBrowser(json: string): string {
  return JSON.stringify(browserName(plain(json)) ?? plain(json))
}

function Value({ json }: { json: string }) {
  const text = plain(json)
  return (
    <bdi title={text.length > SHOWN_CHARACTERS ? visibleText(text) : undefined}>
      {visibleText(text.slice(0, SHOWN_CHARACTERS))}
      {text.length > SHOWN_CHARACTERS && '…'}
      {text === '' && 'empty'}
    </bdi>
  )
}

/** A JSON text as people read it: a string without its quotes, everything else as it is, digits kept. */
function plain(json: string): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}
