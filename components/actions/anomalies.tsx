import { Notice } from '@/components/feedback/notice'
import { Badge } from '@/components/ui/badge'
import { visibleText } from '@/components/ui/visible-text'
import type { Anomaly } from '@/lib/mig/actions/anomalies'

/** The signs of trouble that an action shows, each with what to do. */
export function Anomalies({ anomalies }: { anomalies: Anomaly[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {anomalies.map((anomaly) => (
        <li key={anomaly.code}>
          <Notice
            tone={anomaly.tone}
            title={
              <>
                {anomaly.label}
                {anomaly.code !== 'due' && (
                  <>
                    {' '}
                    <Badge title="Its number in MIG’s list of anomalies">{anomaly.code}</Badge>
                  </>
                )}
              </>
            }
          >
            <p>{visibleText(anomaly.sentence)}</p>
            {anomaly.unchecked && <p className="mt-0.5 text-muted">Not checked: {visibleText(anomaly.unchecked)}</p>}
            <p className="mt-0.5 text-muted">
              <span className="font-medium text-ink">What to do:</span> {visibleText(anomaly.todo)}
            </p>
          </Notice>
        </li>
      ))}
    </ul>
  )
}
