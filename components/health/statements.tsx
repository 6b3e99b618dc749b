import { RanStatements } from '@/components/agents/ran-sql'
import { Disclosure } from '@/components/ui/disclosure'
import type { Statements } from '@/lib/mig/health/picture'

const GAVE: Readonly<Record<keyof Statements, string>> = {
  fleet: 'the figures of the moment, ages, systems, versions and tags',
  away: 'which fell silent last',
  compare: 'the comparison with the day before',
  samples: 'states, offline, doubles and versions over time',
  days: 'new and lost each day',
  stats: 'what MIG’s own scheduler counted',
}

/** The statements behind a page of agent health, each closed, and reached from the figures that it gave. */
export function HealthStatements({ statements }: { statements: Statements }) {
  return (
    <div className="flex flex-col">
      {(Object.keys(GAVE) as (keyof Statements)[]).map((key) => {
        const ran = statements[key]
        return (
          ran && (
            <div key={key} id={`sql-${key}`} className="max-w-5xl target:bg-accent-tint">
              <Disclosure summary={`SQL behind ${GAVE[key]}`}>
                <RanStatements ran={ran} />
              </Disclosure>
            </div>
          )
        )
      })}
    </div>
  )
}
