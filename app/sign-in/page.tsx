import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { Notice } from '@/components/feedback/notice'
import { DatabaseAway } from '@/components/feedback/panels'
import { themeFrom } from '@/components/layout/theme'
import { DemoPeople } from '@/components/sign-in/demo-people'
import { KeyFileWay } from '@/components/sign-in/key-file-way'
import { SignInFrame, Way } from '@/components/sign-in/sign-in-frame'
import { TerminalWay } from '@/components/sign-in/terminal-way'
import { LinkButton } from '@/components/ui/button'
import { visibleText } from '@/components/ui/visible-text'
import { openChallenges } from '@/lib/auth/challenge'
import { readCookie } from '@/lib/auth/cookies'
import { demoPeople } from '@/lib/auth/demo'
import { nextPath } from '@/lib/auth/next-path'
import { requestOrigin } from '@/lib/auth/request'
import { currentViewer } from '@/lib/auth/viewer'
import { isUnavailable } from '@/lib/db/availability'
import { formatClock } from '@/lib/format'
import type { RawParams } from '@/lib/list-params'
import { viewerClock, viewerZone } from '@/lib/viewer-zone'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: Promise<RawParams> }) {
  const theme = themeFrom((await cookies()).get('theme')?.value)
  const zone = await viewerZone()
  const next = nextPath((await searchParams).next)
  const found = await look(zone).catch((error) => {
    if (isUnavailable(error)) return null
    throw error
  })
  return (
    <SignInFrame theme={theme} zone={(await viewerClock()).own}>
      <div className="flex flex-col gap-1.5">
        <h1 className="font-semibold text-2xl tracking-tight">Sign in</h1>
        <p className="max-w-text text-muted">
          MIG knows you by your PGP key, and so does this dashboard: sign a text with it. There is no password, and your
          key stays where it is.
        </p>
      </div>
      {found ? <Ways {...found} next={next} /> : <DatabaseAway />}
    </SignInFrame>
  )
}

function Ways({ viewer, open, people, next }: Awaited<ReturnType<typeof look>> & { next: string }) {
  return (
    <>
      {viewer && (
        <Notice
          tone="good"
          title={`You are signed in as ${visibleText(viewer.name)}`}
          action={
            <LinkButton size="sm" href={next}>
              Go on
            </LinkButton>
          }
        >
          Signing in as somebody else ends this session.
        </Notice>
      )}
      {people.length > 0 && (
        <Way
          title="As a person of the demo"
          remark="Their keys were made on this machine at the first start; a button signs with one of them. Only the demo offers this, and only to its own machine."
        >
          <DemoPeople people={people} next={next} />
        </Way>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <Way title="In a terminal" remark="With gpg, wherever your key is: on a card, on another machine.">
          <TerminalWay open={open} next={next} />
        </Way>
        <Way
          title="In this page, with a key file"
          remark="The file and its passphrase are used in this browser and are never sent: only the signature is."
        >
          <p className="hidden text-sm noscript:block">
            This way needs JavaScript, which is off. The terminal does not.
          </p>
          <div className="noscript:hidden">
            <KeyFileWay next={next} />
          </div>
        </Way>
      </div>
    </>
  )
}

/** What the page shows; reading it changes nothing. */
async function look(zone: string) {
  const origin = await requestOrigin()
  const secret = await readCookie('challenge')
  const [viewer, people, texts] = await Promise.all([
    currentViewer(),
    demoPeople(origin),
    secret ? openChallenges(secret, origin) : [],
  ])
  const [text] = texts
  return {
    viewer,
    people,
    open: text
      ? {
          text: text.text,
          until: formatClock(text.expires, zone),
          left: Date.parse(text.expires) - Date.parse(text.at),
        }
      : null,
  }
}
