import { rmSync } from 'node:fs'
import { startSiteForTests, temporaryDataDir } from '@/lib/testing/site'

/** Starts the production build on a demo database of its own; what it returns stops it and removes its data. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const dataDir = temporaryDataDir()
  const site = await startSiteForTests({ DB_HOME: dataDir })
  process.env.E2E_BASE_URL = site.url
  process.env.E2E_DATA_DIR = dataDir
  return async () => {
    await site.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
