import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { startEmbedded, stopEmbedded } from '@/lib/db/embedded'
import { migrate } from '@/lib/db/migrate'
import { rolesSql } from '@/lib/db/roles'
import { detectVintage } from '@/lib/mig/vintage'
import { migSchema, onDatabase, run, type TestVintage, withClient } from '@/lib/testing/database'

const PREFIX = 'mig-dashboard-test-'

/** One cluster for the whole run, with a template database for each layout of MIG's tables; durability is off. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftOvers()
  const dir = mkdtempSync(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`))
  // As root the server runs as another account, which has to get through.
  chmodSync(dir, 0o755)
  const cluster = await startEmbedded({
    dir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  const remove = async () => {
    await cluster.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const templates: Record<TestVintage, string> = {
      'data-rst': 'mig',
      scripts: await template(cluster.ownerUrl, 'scripts'),
      '2019': await template(cluster.ownerUrl, '2019'),
    }
    const ownerUrl = onDatabase(cluster.ownerUrl, 'postgres')
    project.provide('cluster', { ownerUrl, programUrl: cluster.programUrl, templates })
    return remove
  } catch (e) {
    await remove()
    throw e
  }
}

async function template(ownerUrl: string, vintage: TestVintage): Promise<string> {
  const name = `template_${vintage}`
  await run(onDatabase(ownerUrl, 'postgres'), `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = onDatabase(ownerUrl, name)
  await run(url, await migSchema(vintage))
  await migrate(url)
  await withClient(url, async (client) => client.query(rolesSql(await detectVintage(client))))
  return name
}

// A run that was killed leaves its server behind: it is ours when its folder is, and ended when its process is gone.
async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (!pid) continue
    const dir = path.join(os.tmpdir(), name)
    try {
      process.kill(Number(pid), 0)
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'ESRCH') continue
      if (process.getuid && statSync(dir).uid !== process.getuid()) continue
      await stopEmbedded(dir)
      await sleep(50)
      rmSync(dir, { recursive: true, force: true })
    }
  }
}
