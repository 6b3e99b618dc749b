import 'server-only'
import { recordAudit } from '@/lib/audit/record'
import { assertAdmin, type Viewer } from '@/lib/auth/viewer'
import { inWrite } from '@/lib/auth/write'
import type { Transaction } from '@/lib/db/prisma'
import { type Sql, sql } from '@/lib/db/sql'
import { AppError } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import { vintage } from '@/lib/mig/vintage'
import type { MigId } from '@/lib/mig/wire/id'
import { now } from '@/lib/now'
import type { MinimumInput, WeightInput } from './schema'
import { newestRowSql } from './window.sql'

/** What a write of one cell did: the sentence for the person, the audit row's id. */
export type CellWritten = { message: string; auditId: string }

type Named = { id: MigId; name: string }
type Place = { endpoint: Named & { queueloc: string }; module: Named }

/** Endpoint and module of a cell, read in the write's own transaction. Throws when one is gone or a newer row took over. */
async function placeOf(tx: Transaction, newest: Sql, agentId: MigId, moduleId: MigId): Promise<Place> {
  const [endpoints, modules] = [
    await tx.$queryRaw<Place['endpoint'][]>(newest),
    await tx.$queryRaw<Named[]>(
      sql`SELECT trunc(id)::text AS id, name FROM public.modules WHERE id = ${moduleId}::numeric`,
    ),
  ]
  const endpoint = endpoints[0]
  const module = modules[0]
  if (!endpoint) throw new AppError('not_found', `There is no agent ${agentId}. Nothing was changed.`)
  if (!module) throw new AppError('not_found', `There is no module ${moduleId}. Nothing was changed.`)
  if (endpoint.id !== agentId)
    throw new AppError(
      'conflict',
      `${endpoint.name} was restarted or upgraded: its newest row is now ${endpoint.id}, and only rules on that row hold. Nothing was changed; open the cell again.`,
    )
  return { endpoint, module }
}

// Layout and clock are asked before the transaction: inside it they would need a second connection of the same pool.
async function newestOf(agentId: MigId): Promise<Sql> {
  return newestRowSql(await vintage(), agentId, (await now()).mig)
}

const words = (value: number | null) => (value === null ? 'no rule' : formatNumber(value))

/** The three ways to write one cell, each conditional on what the person saw. */
type CellTable = {
  current: Sql
  insert: (value: number) => Sql
  update: (seen: number, value: number) => Sql
  remove: (seen: number) => Sql
}

/** Writes the cell if it still holds what was seen. Throws `conflict` with both values otherwise; exactly one row changes. */
async function writeCell(tx: Transaction, table: CellTable, seen: number | null, value: number | null, what: string) {
  if (seen === value)
    throw new AppError(
      'invalid',
      value === null ? `${what} has no rule: there is nothing to remove.` : `${what} is ${words(value)} already.`,
    )
  const changed = await tx.$executeRaw(
    seen === null ? table.insert(value as number) : value === null ? table.remove(seen) : table.update(seen, value),
  )
  if (changed === 1) return
  if (changed > 1)
    throw new AppError('conflict', `${what} has ${changed} rows in the database instead of one. Nothing was changed.`)
  const rows = await tx.$queryRaw<{ value: number }[]>(table.current)
  throw new AppError(
    'conflict',
    `Somebody was faster: ${what} was ${words(seen)} when you opened it and is ${words(rows[0]?.value ?? null)} now. Your value ${words(value)} was not saved.`,
  )
}

/** Sets or removes the minimum weight of one module on one endpoint, on its newest row. Only an admin may. */
export async function setMinimumWeight(viewer: Viewer, input: MinimumInput): Promise<CellWritten> {
  assertAdmin(viewer)
  const { agent, module: moduleId, seen, weight } = input
  const newest = await newestOf(agent)
  return inWrite(viewer, async (tx) => {
    const { endpoint, module } = await placeOf(tx, newest, agent, moduleId)
    const cell = sql`moduleid = ${moduleId}::numeric AND agentid = ${agent}::numeric`
    const table: CellTable = {
      current: sql`SELECT minimumweight AS value FROM public.agtmodreq WHERE ${cell}`,
      insert: (value) => sql`INSERT INTO public.agtmodreq (moduleid, agentid, minimumweight)
        VALUES (${moduleId}::numeric, ${agent}::numeric, ${value}::integer) ON CONFLICT DO NOTHING`,
      update: (was, value) => sql`UPDATE public.agtmodreq SET minimumweight = ${value}::integer
        WHERE ${cell} AND minimumweight = ${was}::integer`,
      remove: (was) => sql`DELETE FROM public.agtmodreq WHERE ${cell} AND minimumweight = ${was}::integer`,
    }
    const what = `The minimum weight of ${module.name} on ${endpoint.name}`
    await writeCell(tx, table, seen, weight, what)
    const auditId = await recordAudit(tx, viewer, {
      kind: weight === null ? 'acl.minimum.remove' : 'acl.minimum.set',
      object: { type: 'agtmodreq', id: `${agent}.${moduleId}` },
      before: seen === null ? null : { minimumweight: seen },
      after: weight === null ? null : { minimumweight: weight },
      detail: detailOf({ endpoint, module }),
    })
    const refused =
      weight !== null && weight < 1 ? ' Agents refuse a minimum below 1: with it nobody can run the module there.' : ''
    return { message: `${changedSentence(what, seen, weight)}${refused}`, auditId }
  })
}

/** Sets or removes one investigator's weight for one module on one endpoint, on its newest row. Only an admin may. */
export async function setWeight(viewer: Viewer, input: WeightInput): Promise<CellWritten> {
  assertAdmin(viewer)
  const { agent, module: moduleId, investigator, seen, weight } = input
  const newest = await newestOf(agent)
  return inWrite(viewer, async (tx) => {
    const { endpoint, module } = await placeOf(tx, newest, agent, moduleId)
    const found = await tx.$queryRaw<Named[]>(
      sql`SELECT trunc(id)::text AS id, name FROM public.investigators WHERE id = ${investigator}::numeric`,
    )
    const person = found[0]
    if (!person) throw new AppError('not_found', `There is no investigator ${investigator}. Nothing was changed.`)
    const cell = sql`investigatorid = ${investigator}::numeric AND agentid = ${agent}::numeric AND moduleid = ${moduleId}::numeric`
    const table: CellTable = {
      current: sql`SELECT weight AS value FROM public.invagtmodperm WHERE ${cell}`,
      insert: (value) => sql`INSERT INTO public.invagtmodperm (investigatorid, agentid, moduleid, weight)
        VALUES (${investigator}::numeric, ${agent}::numeric, ${moduleId}::numeric, ${value}::integer) ON CONFLICT DO NOTHING`,
      update: (was, value) => sql`UPDATE public.invagtmodperm SET weight = ${value}::integer
        WHERE ${cell} AND weight = ${was}::integer`,
      remove: (was) => sql`DELETE FROM public.invagtmodperm WHERE ${cell} AND weight = ${was}::integer`,
    }
    const what = `The weight of ${person.name} for ${module.name} on ${endpoint.name}`
    await writeCell(tx, table, seen, weight, what)
    const auditId = await recordAudit(tx, viewer, {
      kind: weight === null ? 'acl.weight.remove' : 'acl.weight.set',
      object: { type: 'invagtmodperm', id: `${investigator}.${agent}.${moduleId}` },
      before: seen === null ? null : { weight: seen },
      after: weight === null ? null : { weight },
      detail: { ...detailOf({ endpoint, module }), investigatorid: investigator, investigator: person.name },
    })
    return { message: changedSentence(what, seen, weight), auditId }
  })
}

function detailOf({ endpoint, module }: Place) {
  return {
    agentid: endpoint.id,
    agent: endpoint.name,
    queueloc: endpoint.queueloc,
    moduleid: module.id,
    module: module.name,
  }
}

function changedSentence(what: string, seen: number | null, value: number | null): string {
  if (value === null) return `1 rule removed. ${what} was ${words(seen)}; the cell is empty now, which is no rule.`
  return `1 rule ${seen === null ? 'added' : 'changed'}. ${what} is ${words(value)} now${seen === null ? '' : `; it was ${words(seen)}`}.`
}
