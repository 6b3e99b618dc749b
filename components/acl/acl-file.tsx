import type { ReactNode } from 'react'
import { Notice } from '@/components/feedback/notice'
import { Section } from '@/components/layout/section'
import { Segments } from '@/components/layout/tabs'
import { buttonClass } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { Icon } from '@/components/ui/icon'
import { Fingerprint } from '@/components/ui/mono'
import { PlainTable } from '@/components/ui/plain-table'
import { TextLink } from '@/components/ui/text-link'
import { visibleText } from '@/components/ui/visible-text'
import { formatCount, formatNumber } from '@/lib/format'
import type { AclFileView, FilePart } from '@/lib/mig/acl/files'
import { aclFileView } from '@/lib/mig/acl/search-params'

/** The address of a view of the file, or of the download of one of its parts. */
export function fileHref(of: AclFileView['of'], more: { form?: '2014' | '2019'; part?: FilePart } = {}): string {
  const query = new URLSearchParams('agent' in of ? { agent: of.agent } : { group: of.group })
  if (more.form === '2014') query.set('form', '2014')
  if (more.part) query.set('part', more.part)
  return `${aclFileView.path}${more.part ? '/download' : ''}?${query}`
}

/** The ACL's text in one of MIG's two forms, to read and to download. */
export function AclText({ view, form }: { view: AclFileView; form: '2014' | '2019' }) {
  const text = view.texts[form]
  return (
    <Section
      title="The file"
      remark={
        form === '2019' ? '/etc/mig/acl.cfg' : 'AGENTACL and PUBLICPGPKEYS of the configuration that is compiled in'
      }
      action={
        view.stale ? undefined : (
          <span className="flex flex-wrap gap-2">
            <Download href={fileHref(view.of, { part: form })}>
              {form === '2019' ? 'acl.cfg' : 'mig-agent-acl.go'}
            </Download>
            {view.keys.length > 0 && <Download href={fileHref(view.of, { part: 'keys' })}>Public keys</Download>}
          </span>
        )
      }
    >
      <div>
        <Segments
          label="Form of the file"
          current={form}
          options={[
            { key: '2019', label: 'Agents of 2019: acl.cfg', href: fileHref(view.of) },
            { key: '2014', label: 'Agents of 2014: Go source', href: fileHref(view.of, { form: '2014' }) },
          ]}
        />
      </div>
      <CodeBlock text={text} label={form === '2019' ? 'acl.cfg' : 'Go source of the ACL'} wrap={false} />
    </Section>
  )
}

// No soft navigation: it would ask for the file twice, and each time is an export.
function Download({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} download className={buttonClass({ size: 'sm' })}>
      <Icon name="download" className="size-4" />
      {children}
    </a>
  )
}

const WHY_LEFT_OUT = {
  disabled: 'disabled, so the weights count nothing',
  'no-fingerprint': 'no fingerprint is stored, so that agents cannot know the person',
} as const

/** Whom the file cannot name, and whose key the agents cannot load. */
export function FileGaps({ view }: { view: AclFileView }) {
  return (
    <>
      {view.leftOut.length > 0 && (
        <Notice
          tone="attention"
          title={`${formatCount(view.leftOut.length, 'person', 'people')} with weights left out`}
        >
          <ul>
            {view.leftOut.map(({ id, name, why }) => (
              <li key={id}>
                <TextLink href={`/investigators/${id}`}>
                  <bdi>{visibleText(name)}</bdi>
                </TextLink>
                : {WHY_LEFT_OUT[why]}.
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {view.keysLeftOut.length > 0 && (
        <Notice tone="attention" title={`${formatCount(view.keysLeftOut.length, 'public key')} missing`}>
          The file lists these people, but an agent cannot check their signatures:
          <ul>
            {view.keysLeftOut.map(({ id, name, why }) => (
              <li key={id}>
                <TextLink href={`/investigators/${id}`}>
                  <bdi>{visibleText(name)}</bdi>
                </TextLink>
                : {why}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

/** The public keys that agents with this file need. */
export function NeededKeys({ view }: { view: AclFileView }) {
  if (view.keys.length === 0) return null
  return (
    <Section
      title="Public keys"
      remark="of everybody listed; agents of 2019 read them from /etc/mig/agentkeys, one a file"
    >
      <ul className="flex flex-col rounded-md border border-line bg-surface text-sm">
        {view.keys.map(({ id, name, fingerprint }) => (
          <li key={fingerprint} className="flex flex-col gap-0.5 border-line border-t px-3 py-2 first:border-t-0">
            <span className="flex justify-between gap-3">
              <TextLink href={`/investigators/${id}`}>
                <bdi>{visibleText(name)}</bdi>
              </TextLink>
              <a
                className="text-accent hover:underline"
                href={`/investigators/${id}/key`}
                aria-label={`Public key of ${visibleText(name)}`}
              >
                download
              </a>
            </span>
            <span className="text-muted text-xs">
              <Fingerprint>{fingerprint}</Fingerprint>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** What the ACL says, to read: a line a module. */
export function AclRules({ view }: { view: AclFileView }) {
  if (view.acl.size === 0)
    return (
      <Notice tone="attention" title="No rule">
        The tables hold no minimum weight here, so the file is empty and an agent that has it refuses every action.
      </Notice>
    )
  return (
    <PlainTable
      caption="What the file says"
      headers={['Module', 'Minimum weight', 'Investigators']}
      rows="[&_td]:py-1.5 [&_td]:align-top"
    >
      {[...view.acl].map(([name, { minimumWeight, investigators }]) => (
        <tr key={name}>
          <td>
            <bdi>{visibleText(name)}</bdi>
          </td>
          <td className="tabular-nums">{formatNumber(minimumWeight)}</td>
          <td className="whitespace-normal">
            {investigators.length === 0 ? (
              <span className="text-muted">nobody</span>
            ) : (
              investigators.map((one, i) => (
                <span key={one.name} title={one.fingerprint}>
                  {i > 0 && ', '}
                  <bdi>{visibleText(one.name)}</bdi> <span className="tabular-nums">{formatNumber(one.weight)}</span>
                </span>
              ))
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  )
}
