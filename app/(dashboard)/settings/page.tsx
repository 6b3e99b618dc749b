import { Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { PageHeader } from '@/components/layout/page-header'
import { Section } from '@/components/layout/section'
import { JobTable } from '@/components/settings/job-table'
import { SessionTable } from '@/components/settings/session-table'
import { ShortcutChoice } from '@/components/settings/shortcut-choice'
import { TokensSection } from '@/components/settings/tokens-section'
import { listTokenPeople } from '@/lib/auth/people-queries'
import { listOwnSessions, listSessions } from '@/lib/auth/queries'
import { listTokens } from '@/lib/auth/token-queries'
import { requireViewer } from '@/lib/auth/viewer'
import { listJobs } from '@/lib/jobs/queries'
import { now } from '@/lib/now'

export const metadata = { title: 'Settings' }

export default dataPage(async () => {
  const viewer = await requireViewer()
  const isAdmin = viewer.role === 'admin'
  const [{ clock }, own, all, tokens, people, jobs] = await Promise.all([
    now(),
    listOwnSessions(viewer),
    isAdmin ? listSessions(viewer) : null,
    listTokens(viewer),
    isAdmin ? listTokenPeople(viewer) : null,
    listJobs(viewer),
  ])
  return (
    <>
      <PageHeader title="Settings" />
      <Content>
        <Section
          title="Your sessions"
          remark="A session ends after an hour without use, and after twelve hours in any case."
        >
          <SessionTable sessions={own} clock={clock} caption="Your sessions" />
        </Section>
        {all && (
          <Section
            title="Everybody’s sessions"
            remark={
              all.more ? `The ${all.rows.length} that were used last; there are more.` : 'Revoking ends one at once.'
            }
          >
            <SessionTable sessions={all.rows} clock={clock} caption="Everybody’s sessions" people />
          </Section>
        )}
        <Section title="Shortcuts" id="shortcuts" remark="Kept in this browser. The search is on Ctrl-K in any case.">
          <ShortcutChoice />
        </Section>
        <TokensSection tokens={tokens} people={people} own={viewer.id} clock={clock} />
        <Section
          title="Background jobs"
          remark="One of the web processes runs each; the moments are the database’s clock."
        >
          <JobTable jobs={jobs} clock={clock} />
        </Section>
      </Content>
    </>
  )
})
