import { rmSync } from 'node:fs'
import { writeAclBatches } from '@/lib/testing/acl-batches'
import { startSiteForTests, temporaryDataDir } from '@/lib/testing/site'
import { ownerUrl } from './database'
import { ADMIN, INVESTIGATOR, signInByForms } from './people'

/** Starts the production build on a demo database of its own and signs in one person of each role; what it returns stops it and removes its data. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const dataDir = temporaryDataDir()
  const site = await startSiteForTests({ DB_HOME: dataDir })
  await writeAclBatches(ownerUrl(dataDir))
  process.env.E2E_BASE_URL = site.url
  process.env.E2E_DATA_DIR = dataDir
  process.env.E2E_ADMIN_COOKIE = await signInByForms(site.url, dataDir, ADMIN)
  process.env.E2E_INVESTIGATOR_COOKIE = await signInByForms(site.url, dataDir, INVESTIGATOR)
  return async () => {
    await site.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
