'use client'

import './globals.css'

// The last resort: the root layout itself failed, so neither its fonts nor its icons are there.
export default function GlobalError({ error }: { error: unknown }) {
  const code = error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null
  return (
    <html lang="en">
      <body>
        <title>Something failed · MIG dashboard</title>
        <main className="mx-auto flex min-h-dvh max-w-text flex-col justify-center gap-2 p-6">
          <h1 className="text-xl font-semibold">The dashboard could not make this page</h1>
          <p className="text-muted">Something failed on the server. Nothing was changed by looking at this page.</p>
          {code && (
            <p className="text-xs text-faint">
              In the server&rsquo;s log: <code>{code}</code>
            </p>
          )}
          <p>
            {/* biome-ignore lint/a11y/useValidAnchor: the empty address is this page */}
            <a href="" className="text-accent underline">
              Try again
            </a>
          </p>
        </main>
      </body>
    </html>
  )
}
