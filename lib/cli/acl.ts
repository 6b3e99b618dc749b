import { mkdir, open, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Call, type Command, OperatorError } from '@/lib/cli/command'
import { URL_OPTION } from '@/lib/cli/db'
import { asOperator, printable } from '@/lib/cli/people-database'
import { exportLines } from '@/lib/export'
import { formatCount } from '@/lib/format'
import { type AclBatch, exportAcls } from '@/lib/mig/acl/file-export'
import { exportAclFile } from '@/lib/mig/acl/file-records'
import { findEndpoints, getAclFile } from '@/lib/mig/acl/files'
import { aclEndpointList } from '@/lib/mig/acl/search-params'
import { now } from '@/lib/now'

const FORMS = ['2019', '2014'] as const
type Form = (typeof FORMS)[number]

const HELP = `AGENT is an agent's id in any form, an endpoint's name, or a queue. Its file goes to standard output: acl.cfg of 2019's agents,
or with --format 2014 the Go source AGENTACL and PUBLICPGPKEYS. What speaks against it goes to standard error.
With --dir, which must be new or empty, the files of all endpoints that --all or the filters name are written: one for each
distinct ACL under 2019/ and 2014/, named by its digest; index.csv says which endpoint gets which; agentkeys/ holds the
public keys, one a file. Endpoints without any rule get none. These files are then the last ones of their endpoints.
Exit code 1 when rules changed while the files were made.`

const exportCommand: Command = {
  name: 'acl export',
  summary: "Writes agents' ACL files as the tables say",
  args: ['[AGENT]'],
  help: HELP,
  options: {
    ...URL_OPTION,
    format: { type: 'string', value: 'FORM', help: '2019 or 2014; with --dir both, when left out' },
    dir: { type: 'string', value: 'DIR', help: 'write the files of many endpoints into this directory' },
    all: { type: 'boolean', help: 'of all endpoints' },
    'agent-name': { type: 'string', value: 'TEXT', help: 'of endpoints whose name holds TEXT' },
    os: { type: 'string', value: 'SYSTEM', help: 'of endpoints with this system' },
    state: { type: 'string', value: 'STATES', help: 'of endpoints in these states, such as online,late' },
  },
  async run(call) {
    const { format, dir } = call.options
    if (format !== undefined && !FORMS.includes(format as Form)) throw new OperatorError('--format is 2019 or 2014.', 2)
    return dir === undefined
      ? exportOne(call, (format ?? '2019') as Form)
      : exportMany(call, format as Form | undefined)
  },
}

async function exportOne(call: Call, form: Form): Promise<number> {
  const [text] = call.args
  if (text === undefined) throw new OperatorError('Name an AGENT, or a directory with --dir.', 2)
  return asOperator(call, async (viewer) => {
    const moments = await now()
    const [endpoint, ...more] = await findEndpoints(viewer, text, moments.mig)
    if (!endpoint) throw new OperatorError(`There is no agent with the id, name or queue "${printable(text)}".`)
    if (more.length > 0)
      throw new OperatorError(
        `Several endpoints are named "${printable(text)}". Write the id of one of their agents: ${[endpoint, ...more].map(({ id }) => id).join(', ')}.`,
      )
    const of = { agent: endpoint.id }
    const view = await getAclFile(viewer, of, moments)
    if (view?.acl.size === 0)
      call.io.err('Warning: the tables hold no rule for it: an agent with this file refuses every action.')
    for (const { name, why } of view?.leftOut ?? [])
      call.io.err(
        `Warning: ${printable(name)} has weights and is left out: ${why === 'disabled' ? 'disabled' : 'no fingerprint'}.`,
      )
    for (const { name, why } of view?.keysLeftOut ?? [])
      call.io.err(`Warning: the public key of ${printable(name)} is missing: ${why}`)
    const made = await exportAclFile(viewer, of, form, moments)
    if (call.json) call.io.out(JSON.stringify({ agent: endpoint.id, digest: view?.digest, form, text: made.text }))
    else call.io.out(made.text.trimEnd())
    return 0
  })
}

async function exportMany(call: Call, form: Form | undefined): Promise<number> {
  const { all, 'agent-name': name, os, state } = call.options
  if (call.args.length > 0) throw new OperatorError('Name an AGENT or a directory with --dir, not both.', 2)
  const isFiltered = name !== undefined || os !== undefined || state !== undefined
  if (isFiltered === (all === true))
    throw new OperatorError('Say which endpoints: --all, or --agent-name, --os and --state.', 2)
  const given = { name: name && String(name), os: os && String(os), state: state && String(state) }
  const parsed = aclEndpointList.parse(
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, value === undefined ? undefined : String(value)]),
    ),
  )
  if (!parsed.ok) throw new OperatorError(parsed.problem, 2)
  const { filters } = parsed.params
  const forms = form ? [form] : FORMS
  // Meant from where the operator is.
  const dir = path.resolve(call.io.environment.INIT_CWD ?? process.cwd(), String(call.options.dir))
  await emptyDirectory(dir, forms)
  return asOperator(call, async (viewer) => {
    const index = await indexFile(dir)
    await index.add([], forms)
    const made = await exportAcls(viewer, filters, await now(), async (batch) => {
      for (const { digest, texts } of batch.acls)
        for (const one of forms) await writeFile(path.join(dir, one, fileOf(one, digest)), texts[one])
      await index.add(batch.endpoints, forms)
    }).finally(index.close)
    for (const { fingerprint, armored } of made.keys)
      await writeFile(path.join(dir, 'agentkeys', `${fingerprint}.asc`), armored)
    for (const one of made.keysLeftOut)
      call.io.err(`Warning: the public key of ${printable(one.name)} is missing: ${one.why}`)
    if (made.changed > 0)
      call.io.err(
        `The rules of ${formatCount(made.changed, 'endpoint')} changed meanwhile: they have no file. Export again.`,
      )
    const { endpoints, acls, changed, keys } = made
    if (call.json) call.io.out(JSON.stringify({ endpoints, acls, changed, keys: keys.length, dir }))
    else
      call.io.out(
        `${formatCount(acls, 'ACL')} of ${formatCount(endpoints, 'endpoint')} and ${formatCount(keys.length, 'public key')} are in ${dir}.`,
      )
    return changed > 0 ? 1 : 0
  })
}

const fileOf = (form: Form, digest: string) => `${digest}${form === '2019' ? '.cfg' : '.go'}`

async function emptyDirectory(dir: string, forms: readonly Form[]): Promise<void> {
  try {
    await mkdir(dir, { recursive: true })
    if ((await readdir(dir)).length > 0) throw new OperatorError(`${dir} is not empty: name a new directory.`)
    for (const part of [...forms, 'agentkeys']) await mkdir(path.join(dir, part))
  } catch (error) {
    if (error instanceof OperatorError) throw error
    throw new OperatorError(`${dir} cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`)
  }
}

/** Which endpoint gets which file, as CSV that a spreadsheet may open. */
async function indexFile(dir: string) {
  const file = await open(path.join(dir, 'index.csv'), 'wx')
  let isBegun = false
  return {
    async add(endpoints: AclBatch['endpoints'], forms: readonly Form[]) {
      const columns = [
        { name: 'agentid', kind: 'id' as const },
        { name: 'name', kind: 'text' as const },
        { name: 'queueloc', kind: 'text' as const },
        { name: 'digest', kind: 'text' as const },
        { name: 'file', kind: 'text' as const },
      ]
      const rows = endpoints.map(({ id, name, queueloc, digest }) => ({
        agentid: id,
        name,
        queueloc,
        digest,
        file: forms.map((form) => `${form}/${fileOf(form, digest)}`).join(' '),
      }))
      async function* once() {
        yield rows
      }
      let isHead = true
      for await (const chunk of exportLines({ columns, rows: once() }, 'csv')) {
        if (!isHead || !isBegun) await file.write(chunk)
        isHead = false
      }
      isBegun = true
    },
    close: () => file.close(),
  }
}

export const aclCommands: readonly Command[] = [exportCommand]
