import { randomUUID } from 'node:crypto'

/** What of the tested site the addresses and forms below are made of. */
export type Site = {
  action: string
  command: string
  agent: string
  module: string
  /** The audit row of a batch of ACL cells. */
  batch: string
  moduleName: string
  /** The person who signs in as an investigator, and another one. */
  investigator: string
  other: { id: string; fingerprint: string; name: string; storedFingerprint: string; digest: string }
  /** Whoever asks; the investigator for nobody. */
  self: { id: string; fingerprint: string }
  spool: { kind: string; state: string; name: string }
  /** The stored minimum weight and weight of `agent` and `module`, and the other's weight there; '' for none. */
  minimum: string
  weight: string
  /** An armored public key that nobody here has. */
  newKey: string
  newFingerprint: string
  /** A live session and a live token of `other`, made anew for every request. */
  session: string
  token: string
  /** A shared view of the actions that `other` saved. */
  view: string
  /** A further live session of whoever asks; of `other` for nobody. */
  ownSession: string
}

/**
 * What a page shows whom. Nobody is sent to sign in, but for `open` ones. `reads` shows data, `form` has none of its own,
 * `no-access` says so to an investigator and shows a form to an admin, `missing` is a 404, and `next` is Next's own.
 */
export type PageRule = {
  investigator: 'open' | 'reads' | 'form' | 'no-access' | 'missing' | 'next'
  /** Where an investigator has no access: the form shows an admin whom it is about. */
  admin?: 'reads'
  /** Where an investigator has no access: what only the form holds, the field for a key if nothing else is said. */
  form?: string
  path?: (site: Site) => string
}

/** What a handler answers an investigator; an admin gets 200, nobody 401 unless it is `open`. */
export type HandlerRule = { investigator: 200 | 403 | 'open'; path?: (site: Site) => string; query?: string }

export type Outcome = 'done' | 'refused'
export type Who = 'nobody' | 'investigator' | 'admin'

/** A post to a server action with these fields, and what becomes of it; `disabled` where the other person is disabled before. */
export type ActionCase = {
  what: string
  fields: (site: Site) => Record<string, string>
  disabled?: true
  /** The server action takes the form alone, without an earlier state. */
  formOnly?: true
} & Record<Who, Outcome>

const reads: PageRule = { investigator: 'reads' }
const csv: HandlerRule = { investigator: 200, query: '?format=csv' }
/** A place in a list that is sorted by a moment, by a name, or by a number. */
const than = (key: string): HandlerRule => ({
  investigator: 200,
  query: `?than=${Buffer.from(JSON.stringify([key, '1'])).toString('base64url')}`,
})
const byTime = than('2014-01-01 00:00:00+00')
const byNumber = than('1')

const spoolPath = ({ spool }: Site, rest: string) =>
  `/spool/${spool.kind}/${spool.state}${rest.replace('NAME', encodeURIComponent(spool.name))}`

/** Every page of the build. */
export const PAGES: Readonly<Record<string, PageRule>> = {
  '/': reads,
  '/sign-in': { investigator: 'open' },
  '/actions': reads,
  '/actions/[id]': { ...reads, path: (site) => `/actions/${site.action}` },
  '/actions/[id]/commands': { ...reads, path: (site) => `/actions/${site.action}/commands` },
  '/actions/compare': { ...reads, path: (site) => `/actions/compare?a=${site.action}&b=${site.action}` },
  '/actions/[id]/results': { ...reads, path: (site) => `/actions/${site.action}/results` },
  '/actions/[id]/results/hits': { ...reads, path: (site) => `/actions/${site.action}/results/hits` },
  '/actions/[id]/results/difference': { ...reads, path: (site) => `/actions/${site.action}/results/difference` },
  '/commands': reads,
  '/commands/[id]': { ...reads, path: (site) => `/commands/${site.command}` },
  '/agents': reads,
  '/agents/[id]': { ...reads, path: (site) => `/agents/${site.agent}` },
  '/agents/groups': reads,
  '/agents/offline': reads,
  // As wide as it goes: the demo stands still while it is tested.
  '/agents/doubles': { ...reads, path: () => '/agents/doubles?window=365d' },
  '/agents/health': reads,
  '/agents/health/endpoints': reads,
  '/agents/health/difference': { ...reads, path: () => '/agents/health/difference?change=new' },
  '/acl/requirements': reads,
  '/acl/permissions': reads,
  '/acl/what-if': reads,
  '/acl/batches': reads,
  '/acl/batches/[id]': { ...reads, path: (site) => `/acl/batches/${site.batch}` },
  '/acl/what-if/sets': { ...reads, path: ({ module }) => `/acl/what-if/sets?signer=2&module=${module}` },
  '/acl/what-if/endpoint': {
    ...reads,
    path: ({ agent, module }) => `/acl/what-if/endpoint?agent=${agent}&signer=2&module=${module}`,
  },
  '/acl/files': reads,
  '/acl/files/endpoints': reads,
  '/acl/files/file': { ...reads, path: (site) => `/acl/files/file?agent=${site.agent}` },
  '/acl/modules': reads,
  '/acl/lint': reads,
  '/acl/powers': { ...reads, path: (site) => `/acl/powers?investigator=${site.other.id}` },
  '/acl/bulk': reads,
  '/acl/import': { investigator: 'no-access', form: 'Or its text' },
  '/investigators': reads,
  '/investigators/[id]': { ...reads, path: (site) => `/investigators/${site.other.id}` },
  '/investigators/[id]/replace': {
    investigator: 'no-access',
    admin: 'reads',
    path: (site) => `/investigators/${site.other.id}/replace`,
  },
  '/investigators/keyring': reads,
  '/investigators/import': { investigator: 'no-access' },
  '/investigators/add': { investigator: 'no-access' },
  '/spool': { investigator: 'form' },
  '/spool/find': { ...reads, path: (site) => `/spool/find?q=${site.command}` },
  '/spool/reconcile': reads,
  '/spool/[kind]/[state]': { ...reads, path: (site) => spoolPath(site, '') },
  '/spool/[kind]/[state]/file/[name]': { ...reads, path: (site) => spoolPath(site, '/file/NAME') },
  '/search': { ...reads, path: () => '/search?q=linux.' },
  '/audit': reads,
  '/settings': { investigator: 'form' },
  '/[...missing]': { investigator: 'missing', path: () => '/no/such/page' },
  '/_not-found': { investigator: 'next' },
  '/_global-error': { investigator: 'next' },
}

/** Every route handler of the build. */
export const HANDLERS: Readonly<Record<string, HandlerRule>> = {
  '/healthz': { investigator: 'open' },
  '/icon.svg': { investigator: 'open' },
  // Open on the loopback while there is no token for the metrics.
  '/metrics': { investigator: 'open' },
  '/actions/export': csv,
  '/actions/new': byTime,
  '/actions/[id]/json': { investigator: 200, path: (site) => `/actions/${site.action}/json` },
  '/actions/[id]/commands/export': { ...csv, path: (site) => `/actions/${site.action}/commands/export` },
  '/actions/compare/export': {
    investigator: 200,
    path: (site) => `/actions/compare/export?a=${site.action}&b=${site.action}&format=csv`,
  },
  '/actions/[id]/results/hits/export': { ...csv, path: (site) => `/actions/${site.action}/results/hits/export` },
  '/actions/[id]/results/export': { ...csv, path: (site) => `/actions/${site.action}/results/export` },
  '/actions/[id]/commands/new': { ...byTime, path: (site) => `/actions/${site.action}/commands/new` },
  '/commands/export': { ...csv, query: '?format=csv&status=failed' },
  '/commands/new': byTime,
  '/commands/[id]/results': { investigator: 200, path: (site) => `/commands/${site.command}/results` },
  '/agents/export': csv,
  '/agents/new': byTime,
  '/agents/groups/export': csv,
  '/agents/offline/export': csv,
  '/agents/doubles/export': csv,
  '/agents/health/csv': { ...csv, query: '?chart=systems&format=csv' },
  '/agents/health/endpoints/export': csv,
  '/agents/health/difference/export': csv,
  '/acl/requirements/export': csv,
  '/acl/permissions/export': csv,
  '/acl/requirements/window': { investigator: 200 },
  '/acl/permissions/window': {
    investigator: 200,
    path: (site) => `/acl/permissions/window?by=module&module=${site.module}`,
  },
  '/acl/modules/export': csv,
  '/acl/lint/export': csv,
  '/acl/powers/export': { investigator: 200, query: '?format=csv&investigator=2' },
  '/acl/files/export': csv,
  '/acl/files/endpoints/export': csv,
  '/acl/files/file/download': { investigator: 200, path: (site) => `/acl/files/file/download?agent=${site.agent}` },
  '/acl/bulk/export': { investigator: 200, query: '?format=csv&module=1&value=2' },
  '/acl/batches/export': csv,
  '/acl/batches/new': byNumber,
  '/acl/batches/[id]/export': { ...csv, path: (site) => `/acl/batches/${site.batch}/export` },
  '/acl/what-if/sets/export': { investigator: 200, query: '?format=csv&signer=1&module=1' },
  '/acl/what-if/export': { investigator: 200, query: '?format=csv&signer=1&module=1' },
  '/investigators/export': csv,
  '/investigators/[id]/key': { investigator: 200, path: (site) => `/investigators/${site.other.id}/key` },
  '/investigators/keyring/download': { investigator: 200, query: '?format=binary&keys=all' },
  '/spool/changes': { investigator: 200 },
  '/spool/reconcile/export': csv,
  '/spool/[kind]/[state]/export': { ...csv, path: (site) => spoolPath(site, '/export') },
  '/spool/[kind]/[state]/file/[name]/download': {
    investigator: 200,
    path: (site) => spoolPath(site, '/file/NAME/download'),
  },
  '/search/answer': { investigator: 200, query: '?q=linux' },
  '/audit/export': csv,
  '/audit/new': byNumber,
}

const admins = { nobody: 'refused', investigator: 'refused', admin: 'done' } as const
const everybody = { nobody: 'done', investigator: 'done', admin: 'done' } as const
const people = { nobody: 'refused', investigator: 'done', admin: 'done' } as const
const none = { nobody: 'refused', investigator: 'refused', admin: 'refused' } as const

const named = ({ id, fingerprint }: Site['self']) => ({ investigator: id, fingerprint })

const another = (weight: string) => String(Number(weight || '0') + 1)

const batchFields = ({ agent, module, minimum }: Site) => ({
  changes: JSON.stringify([[agent, module, minimum === '' ? null : Number(minimum), Number(another(minimum))]]),
  reason: 'a test',
})

/** Every server action of the build, by its file and name. */
export const ACTIONS: Readonly<Record<string, ActionCase[]>> = {
  'lib/clock-actions.ts#chooseClock': [
    { what: 'a cookie of the browser alone', fields: () => ({ clock: 'utc' }), formOnly: true, ...none },
  ],
  'lib/clock-actions.ts#chooseConventions': [
    { what: 'a cookie of the browser alone', fields: () => ({ formats: 'plain' }), formOnly: true, ...none },
  ],
  'lib/views/server-actions.ts#keepView': [
    {
      what: 'a view of one’s own',
      fields: () => ({ list: '/actions', query: 'status=invalid', name: randomUUID() }),
      ...people,
    },
    {
      what: 'a view of no list',
      fields: () => ({ list: '//elsewhere.example', query: '', name: randomUUID() }),
      ...none,
    },
  ],
  'lib/views/server-actions.ts#editView': [
    { what: 'a shared view of another', fields: ({ view }) => ({ view, name: randomUUID(), shared: 'on' }), ...admins },
  ],
  'lib/views/server-actions.ts#dropView': [
    { what: 'a shared view of another', fields: ({ view }) => ({ view }), ...admins },
  ],
  'lib/views/server-actions.ts#openWith': [
    { what: 'a default view', fields: ({ view }) => ({ list: '/actions', view }), ...people },
  ],
  'lib/mig/acl/server-actions.ts#saveMinimumWeight': [
    {
      what: 'a minimum weight',
      fields: ({ agent, module, minimum }) => ({
        agent,
        module,
        seen: minimum,
        weight: another(minimum),
        intent: 'set',
      }),
      ...admins,
    },
  ],
  'lib/mig/acl/server-actions.ts#previewBatch': [
    { what: 'a batch that is only measured', fields: batchFields, formOnly: true, ...none },
  ],
  'lib/mig/acl/server-actions.ts#saveBatch': [{ what: 'a batch', fields: batchFields, formOnly: true, ...admins }],
  'lib/mig/acl/server-actions.ts#revert': [
    {
      what: 'the revert of a batch',
      fields: ({ batch }) => ({ batch, reason: 'a test', skip: '1' }),
      ...admins,
    },
  ],
  'lib/mig/acl/server-actions.ts#saveWeight': [
    {
      what: 'a weight',
      fields: ({ agent, module, weight, other }) => ({
        agent,
        module,
        investigator: other.id,
        seen: weight,
        weight: another(weight),
        intent: 'set',
      }),
      ...admins,
    },
    {
      what: 'a weight of one’s own',
      fields: ({ agent, module, investigator }) => ({
        agent,
        module,
        investigator,
        seen: '7777',
        weight: '9',
        intent: 'set',
      }),
      ...none,
    },
  ],
  'lib/mig/acl/bulk-actions.ts#importCells': [
    {
      what: 'a minimum weight of a file',
      fields: ({ agent, module, minimum }) => ({
        step: 'save',
        reason: 'for a test',
        changes: JSON.stringify([[agent, module, minimum === '' ? null : Number(minimum), Number(another(minimum))]]),
        shown: JSON.stringify({
          table: 'agtmodreq',
          lines: 1,
          added: 0,
          changed: 1,
          removed: 0,
          unchanged: 0,
          refused: 0,
          cells: [],
          refusals: [],
        }),
      }),
      ...admins,
    },
  ],
  'lib/mig/acl/bulk-actions.ts#bulkChange': [
    {
      what: 'cells that nobody counted so',
      fields: ({ agent, module }) => ({
        query: `id=${agent}&module=${module}&value=77`,
        seen: '7.7.7.7.7.7',
        reason: 'for a test',
        step: 'save',
      }),
      ...none,
    },
  ],
  'lib/mig/modules/server-actions.ts#saveModule': [
    { what: 'a new module', fields: () => ({ name: 'brandnew' }), ...admins },
    { what: 'a module of a name that is taken', fields: ({ moduleName }) => ({ name: moduleName }), ...none },
  ],
  'lib/mig/modules/server-actions.ts#mark': [
    { what: 'a sensitive module', fields: ({ module }) => ({ module, mark: 'on' }), ...admins },
  ],
  'lib/mig/modules/server-actions.ts#remove': [
    {
      what: 'a module that rules use',
      fields: ({ module, moduleName }) => ({ module, seen: moduleName, sure: 'on' }),
      ...none,
    },
  ],
  'lib/mig/modules/server-actions.ts#rename': [
    {
      what: 'a module that rules use, unasked',
      fields: ({ module, moduleName }) => ({ module, seen: moduleName, name: 'renamed' }),
      ...none,
    },
    {
      what: 'a module',
      fields: ({ module, moduleName }) => ({ module, seen: moduleName, name: 'renamed', sure: 'on' }),
      ...admins,
    },
  ],
  'lib/mig/acl/file-actions.ts#compareFile': [
    { what: 'a file that is none', fields: ({ agent }) => ({ agent, text: 'no file' }), ...none },
    { what: 'an agent’s file', fields: ({ agent }) => ({ agent, text: '{}' }), ...people },
  ],
  'lib/mig/investigators/server-actions.ts#saveInvestigator': [
    {
      what: 'a new key',
      fields: ({ newKey }) => ({ name: 'Somebody New', armoredKey: newKey, anyway: 'on' }),
      ...admins,
    },
    { what: 'a key that something speaks against', fields: ({ newKey }) => ({ armoredKey: newKey }), ...none },
  ],
  'lib/mig/investigators/server-actions.ts#replaceKey': [
    {
      what: 'the key of another, which nobody saw so',
      fields: ({ other, newKey }) => ({
        ...named(other),
        digest: '',
        disabled: '',
        armoredKey: newKey,
        anyway: 'on',
      }),
      ...none,
    },
    {
      what: 'the key of another',
      fields: ({ other, newKey }) => ({
        investigator: other.id,
        fingerprint: other.storedFingerprint,
        digest: other.digest,
        disabled: '',
        armoredKey: newKey,
        anyway: 'on',
      }),
      ...admins,
    },
  ],
  'lib/mig/investigators/server-actions.ts#rename': [
    {
      what: 'another',
      fields: ({ other }) => ({ investigator: other.id, seen: other.name, name: 'Somebody Else' }),
      ...admins,
    },
  ],
  'lib/mig/investigators/server-actions.ts#remove': [
    {
      what: 'a row that signatures refer to',
      fields: ({ other }) => ({ investigator: other.id, fingerprint: other.storedFingerprint, sure: 'on' }),
      ...none,
    },
  ],
  'lib/mig/investigators/server-actions.ts#importKeyring': [
    {
      what: 'a key of a keyring',
      fields: ({ newKey, newFingerprint }) => ({ armoredKey: newKey, [`take-${newFingerprint}`]: 'on' }),
      ...admins,
    },
    { what: 'a keyring of which nothing is chosen', fields: ({ newKey }) => ({ armoredKey: newKey }), ...none },
  ],
  'lib/mig/investigators/server-actions.ts#saveFingerprint': [
    {
      what: 'a fingerprint alone',
      fields: () => ({ name: 'Somebody New', fingerprint: 'FACE '.repeat(10) }),
      ...admins,
    },
  ],
  'lib/auth/people-actions.ts#changePerson': [
    {
      what: 'the role of another',
      fields: ({ other }) => ({ ...named(other), change: 'role', role: 'admin', seen: 'default' }),
      ...admins,
    },
    {
      what: 'one’s own role',
      fields: ({ self }) => ({ ...named(self), change: 'role', role: 'admin', seen: 'default' }),
      ...none,
    },
    {
      what: 'another person disabled',
      fields: ({ other }) => ({ ...named(other), change: 'disable', sure: 'on' }),
      ...admins,
    },
    {
      what: 'a disabled person enabled',
      disabled: true,
      fields: ({ other }) => ({ ...named(other), change: 'enable' }),
      ...admins,
    },
  ],
  'lib/auth/token-actions.ts#makeToken': [
    { what: 'for another', fields: ({ other }) => ({ person: other.id, name: 'taken', days: '30' }), ...admins },
    {
      what: 'for oneself',
      fields: ({ investigator }) => ({ person: investigator, name: 'taken', days: '30' }),
      ...admins,
    },
  ],
  'lib/auth/token-actions.ts#endToken': [
    { what: 'the token of another', fields: ({ token }) => ({ token }), ...admins },
  ],
  'lib/auth/server-actions.ts#endSession': [
    { what: 'the session of another', fields: ({ session }) => ({ session }), ...admins },
    { what: 'a session of one’s own', fields: ({ ownSession }) => ({ session: ownSession }), ...people },
  ],
  'lib/auth/server-actions.ts#signOut': [{ what: 'this session', fields: () => ({}), ...people }],
  'lib/auth/server-actions.ts#issueText': [{ what: 'a text to sign', fields: () => ({}), ...everybody }],
  'lib/auth/server-actions.ts#signInWithSignature': [
    { what: 'without a text', fields: () => ({ signature: 'no signature' }), ...none },
  ],
  'lib/auth/server-actions.ts#signInAsDemoPerson': [
    // The demo on the loopback is the one place that offers this.
    { what: 'a person whom the demo offers', fields: ({ other }) => ({ person: other.id }), ...everybody },
    { what: 'the scheduler', fields: () => ({ person: '1' }), ...none },
    { what: 'somebody else', fields: () => ({ person: '999' }), ...none },
  ],
}
