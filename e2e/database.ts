import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { embeddedFolder } from '@/lib/db/embedded-folder'
import { PROGRAM_ROLE } from '@/lib/db/roles'

/** The URL of a tested site's own database as its owner, for rows that MIG would write. */
export function ownerUrl(dataDir: string): string {
  const kept = (name: string) => readFileSync(path.join(embeddedFolder(dataDir), name), 'utf8').trim()
  return `postgresql://postgres:${kept('password')}@127.0.0.1:${kept('port')}/mig`
}

/** Rows of the tested site's own database, read with the program's role. */
export async function readRows<Row extends object>(
  statement: string,
  dataDir = process.env.E2E_DATA_DIR ?? '',
): Promise<Row[]> {
  const kept = (name: string) => readFileSync(path.join(embeddedFolder(dataDir), name), 'utf8').trim()
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(kept('port')),
    user: PROGRAM_ROLE,
    password: kept('program-password'),
    database: 'mig',
    options: '-c timezone=UTC',
  })
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}
