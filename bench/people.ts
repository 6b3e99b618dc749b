import { createSession } from '@/lib/auth/sessions'
import { db } from '@/lib/db/prisma'
import { asOwner, type Bench } from './site'
import { Visitor } from './visitor'

const ORIGIN = { address: '127.0.0.1', browser: 'npm run bench' }

/** So many people of the data set with a session each, the first an admin; the others get the role of an investigator. */
export async function signIn({ running }: Bench, url: string, count: number): Promise<Visitor[]> {
  const people = await asOwner(running, async (owner) => {
    await owner.query(
      `INSERT INTO dashboard.person (investigator_id, fingerprint, role)
       SELECT id, upper(pgpfingerprint), 'investigator' FROM public.investigators WHERE publickey IS NOT NULL AND id > 1
       ON CONFLICT (investigator_id, fingerprint) DO NOTHING`,
    )
    const { rows } = await owner.query<{ id: string; fingerprint: string }>(
      `SELECT trunc(investigator_id)::text AS id, fingerprint FROM dashboard.person
       WHERE role IN ('admin', 'investigator') AND disabled_at IS NULL ORDER BY role, investigator_id`,
    )
    return rows
  })
  const [first] = people
  if (!first) throw new Error('Nobody of the data set may sign in.')
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const person = people[i % people.length] ?? first
      const { secret } = await db().$transaction((tx) => createSession(tx, person, ORIGIN))
      return new Visitor(url, `mig-session=${secret}`)
    }),
  )
}
