import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { DatabaseAway } from '@/components/feedback/database-away'
import { NoAccess } from '@/components/feedback/no-access'
import { ProblemPanel } from '@/components/feedback/problem-panel'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { AppError } from '@/lib/errors'
import type { RawParams } from '@/lib/list-params'

export type PageProps = { params: Promise<Record<string, string>>; searchParams: Promise<RawParams> }

/**
 * Wraps a page that reads the database. Expected failures are drawn on the server, so that they are seen without scripts:
 * the database is away, the right is missing, the address is wrong. Everything else goes on to error.tsx.
 */
export function dataPage<P extends Partial<PageProps>>(render: (props: P) => Promise<ReactNode>) {
  return async function Page(props: P) {
    await connection()
    try {
      return await render(props)
    } catch (error) {
      if (isUnavailable(error)) return <DatabaseAway />
      if (isTimeout(error))
        return (
          <ProblemPanel
            title="The database took too long to answer"
            problem="The question was stopped after 10 seconds. Narrow the filters and try again."
          />
        )
      if (error instanceof AppError && (error.code === 'forbidden' || error.code === 'unauthenticated'))
        return <NoAccess reason={error.message} />
      if (error instanceof AppError && error.code === 'invalid') return <ProblemPanel problem={error.message} />
      throw error
    }
  }
}
