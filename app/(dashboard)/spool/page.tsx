import { ExactMoment } from '@/components/feedback/moment'
import { Content } from '@/components/layout/content'
import { dataPage } from '@/components/layout/data-page'
import { Live } from '@/components/layout/live'
import { PageHeader } from '@/components/layout/page-header'
import { SpoolFailurePanel } from '@/components/spool/failure'
import { SpoolFlow } from '@/components/spool/flow'
import { SpoolTools } from '@/components/spool/tools'
import { requireViewer } from '@/lib/auth/viewer'
import { formatCount } from '@/lib/format'
import { changeHref } from '@/lib/mig/spool/change'
import { getSpoolOverview } from '@/lib/mig/spool/overview'
import { now } from '@/lib/now'

export const metadata = { title: 'Spool' }

export default dataPage(async () => {
  const viewer = await requireViewer()
  const [spool, moment] = await Promise.all([getSpoolOverview(viewer), now()])
  return (
    <>
      <PageHeader
        title="Spool"
        live={<Live now={moment} watch={{ mode: 'change', href: changeHref(spool.token) }} />}
      />
      <Content>
        {spool.problem ? (
          <SpoolFailurePanel failure={spool.problem} root={spool.root} />
        ) : (
          <>
            <p className="max-w-text text-muted">
              The scheduler’s directory <code>{spool.root}</code>, read only. Oldest and newest are the moments that the
              names of the files carry; sizes and when files were written come from{' '}
              {spool.scannedAt ? (
                <>
                  the background scan, which last ended <ExactMoment at={spool.scannedAt} />
                </>
              ) : (
                'a background scan, whose first round is not over'
              )}
              {spool.scanning?.state &&
                ` (now in ${spool.scanning.state}, ${formatCount(spool.scanning.seen, 'file')} seen)`}
              .
            </p>
            <SpoolTools />
            <SpoolFlow states={spool.states} now={spool.now} />
            {spool.besides.count > 0 && (
              <p className="max-w-text text-muted text-sm wrap-anywhere">
                Beside the eight states, {formatCount(spool.besides.count, 'other entry', 'other entries')}:{' '}
                {spool.besides.shown.map((name, i) => (
                  <span key={name}>
                    {i > 0 && ', '}
                    <bdi className="font-mono">{name}</bdi>
                  </span>
                ))}
                {spool.besides.count > spool.besides.shown.length && ' …'}. The whitelist of agents and the API’s keys
                often lie there.
              </p>
            )}
          </>
        )}
      </Content>
    </>
  )
})
