import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { DatabaseAway, ErrorPanel, NoAccess, ProblemPanel } from '@/components/feedback/panels'
import { signInHref } from '@/lib/auth/next-path'
import { isTimeout, isUnavailable } from '@/lib/db/availability'
import { AppError } from '@/lib/errors'
import { termsOf } from '@/lib/glossary'
import type { RawParams } from '@/lib/list-params'
import { isViewList } from '@/lib/views/lists'
import { LinkButton } from '../ui/button'
import { Content } from './content'
import { PageHeader } from './page-header'
import { PageTerms } from './page-terms'
import { PrintHead } from './print-head'

export type PageProps = { params: Promise<Record<string, string>>; searchParams: Promise<RawParams> }

/**
 * Wraps a page that reads the database. Who is not signed in is sent to sign in and comes back. Expected failures are drawn
 * on the server, so that they are seen without scripts: the database is away, the right is missing, the address is wrong.
 * Everything else goes on to error.tsx.
 */
export function dataPage<P extends Partial<PageProps>>(render: (props: P) => Promise<ReactNode>) {
  return async function Page(props: P) {
    await connection()
    try {
      const page = await render(props)
      const address = (await headers()).get('x-mig-path') ?? ''
      return (
        <>
          <PrintHead />
          {page}
          <PageTerms terms={termsOf(address.split('?')[0] ?? '')} />
        </>
      )
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') await askToSignIn()
      const list = ((await headers()).get('x-mig-path') ?? '').split('?')[0] ?? ''
      const panel = expected(error, isViewList(list) ? `${list}?view=all` : undefined)
      if (!panel) throw error
      return (
        <>
          <PageHeader title="MIG dashboard" />
          <Content>{panel}</Content>
        </>
      )
    }
  }
}

/** Sends to the sign-in page, which leads back here. */
async function askToSignIn(): Promise<never> {
  redirect(signInHref((await headers()).get('x-mig-path')))
}

// `all` is the list without any filter: a default view that fails would otherwise be all that its owner sees.
function expected(error: unknown, all: string | undefined): ReactNode {
  if (isUnavailable(error)) return <DatabaseAway />
  if (isTimeout(error))
    return (
      <ErrorPanel
        title="The database took too long to answer"
        action={all && <LinkButton href={all}>Clear all filters</LinkButton>}
      >
        The question was stopped after 10 seconds. Narrow the filters and try again.
      </ErrorPanel>
    )
  if (!(error instanceof AppError)) return null
  if (error.code === 'forbidden') return <NoAccess needs="admin">{error.message}</NoAccess>
  if (error.code === 'invalid') return <ProblemPanel problem={error.message} clearHref={all} />
  return null
}
