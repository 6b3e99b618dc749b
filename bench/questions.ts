import type { Sample } from './sample'

/** Which statement of a page is kept with its plan in docs/queries.md, and what it is for. */
export type Explained = { what: string; statement: 'page' | 'count' | 'longest' }

/** What a page or list is asked for; `limit` is the row of the design's table that it belongs to. */
export type Question = {
  name: string
  path: string
  limit?: 'page' | 'spool' | 'grouped' | 'window' | 'health' | 'what-if two' | 'what-if all'
  explained?: Explained[]
  /** Why it looks at whole tables: a figure over all of them, counted once and kept, or asked for as such. */
  whole?: string
}

const ACL_ANSWER = 'an answer over the whole fleet, kept for a minute and more'
const SIGNED = 'what each of all people signed, counted in one pass'
const ASKED_FOR = 'over the whole fleet, by what is asked'
const page = (name: string, path: string, more: Omit<Question, 'name' | 'path'> = {}): Question => ({
  name,
  path,
  limit: 'page',
  ...more,
})
/** A page over more than its rows: its time is told, and compared with nothing. */
const wide = (name: string, path: string, whole: string, more: Omit<Question, 'name' | 'path'> = {}): Question => ({
  name,
  path,
  whole,
  ...more,
})

/** Every page that reads the database or the spool, and the answers that pages ask for by themselves. */
export function questionsOf(s: Sample): Question[] {
  const whatIf = (modules: readonly string[], more = '') =>
    `signer=${s.signers.join(',')}&module=${modules.join(',')}${more}`
  const two = s.modules.slice(0, 2)
  const all: Question[] = [
    page('overview', '/'),
    ...agentPages(s),
    ...actionPages(s),
    ...commandPages(s),
    page('investigators', '/investigators', { whole: SIGNED }),
    page('investigators by signatures', '/investigators?sort=-signed', { whole: SIGNED }),
    page('investigator', `/investigators/${s.person}`),
    page('replacing a key', `/investigators/${s.person}/replace`),
    page('keyring', '/investigators/keyring'),
    ...matrices(s),
    page('powers of a person', `/acl/powers?investigator=${s.person}`),
    page('powers with a partner', `/acl/powers?investigator=${s.person}&partner=${s.signers[1] ?? ''}`),
    wide('lint', '/acl/lint', ACL_ANSWER),
    wide('lint, another check', '/acl/lint?check=orphans', ACL_ANSWER),
    page('modules', '/acl/modules'),
    page('ACL files', '/acl/files', { whole: 'twins of module names' }),
    page('endpoints by ACL', '/acl/files/endpoints'),
    page('endpoints of one ACL', `/acl/files/endpoints?group=${s.acl}`),
    page('file of an endpoint', `/acl/files/file?agent=${s.agent}`),
    page('file of an ACL', `/acl/files/file?group=${s.acl}`),
    wide('change in bulk', `/acl/bulk?module=${two[0] ?? ''}&value=3`, ASKED_FOR),
    page('change in bulk, some', `/acl/bulk?module=${two[0] ?? ''}&value=3&name=web17-`, { whole: ASKED_FOR }),
    page('batches', '/acl/batches'),
    page('batch', `/acl/batches/${s.batch}`),
    {
      name: 'what if, two modules',
      path: `/acl/what-if?${whatIf(two)}`,
      limit: 'what-if two',
      whole: ACL_ANSWER,
      explained: [
        { what: 'which endpoints of the fleet three signers together may run two modules on', statement: 'longest' },
      ],
    },
    {
      name: 'what if, all modules',
      path: `/acl/what-if?${whatIf(s.modules)}`,
      limit: 'what-if all',
      whole: ACL_ANSWER,
    },
    wide('what if, endpoints that refuse', `/acl/what-if?${whatIf(two, '&outcome=short')}`, ACL_ANSWER),
    wide('what if, who else may sign', `/acl/what-if/sets?${whatIf(two)}`, ACL_ANSWER),
    page('what if, one endpoint', `/acl/what-if/endpoint?agent=${s.agent}&${whatIf(two)}`),
    page('import of cells', '/acl/import'),
    page('spool', '/spool'),
    { name: 'spool, 200,000 files', path: '/spool/command/inflight', limit: 'spool' },
    page('spool file', `/spool/command/inflight/file/${encodeURIComponent(s.file)}`),
    page('find in the spool', `/spool/find?q=${s.command}`),
    wide('spool against the database', '/spool/reconcile', 'compared behind the page, the last comparison shown'),
    page('search', '/search?q=web17-'),
    page('search for an id', `/search?q=${s.action}`),
    page('search of the palette', '/search/answer?q=cron'),
    page('audit', '/audit'),
    page('audit by object', '/audit?type=module'),
    page('settings', '/settings'),
    page('metrics', '/metrics'),
  ]
  return all.filter(({ path }) => !/[=/?](&|$)/.test(path.slice(1)))
}

function agentPages(s: Sample): Question[] {
  return [
    page('agents', '/agents', { explained: [{ what: 'the first 50 endpoints by last heartbeat', statement: 'page' }] }),
    page('agents by name', '/agents?sort=name'),
    page('agents by system', '/agents?sort=os'),
    page('agents, processes', '/agents?rows=processes'),
    page('agents named …', '/agents?name=web17-'),
    page('agents of a name that none has', '/agents?name=nothinglikeit'),
    page('agents, unreachable', '/agents?state=unreachable'),
    page('agents of a version', '/agents?version=202611'),
    page('agents of a tag', '/agents?tag=operator%3Dopsec'),
    wide('agents, groups by system', '/agents/groups?by=os', 'all groups of the fleet, counted in one pass'),
    wide('agents, groups by tag', '/agents/groups?by=tag:operator', 'all groups of the fleet, counted in one pass'),
    page('agent', `/agents/${s.agent}`),
    page('agent, 400 days', `/agents/${s.agent}?days=400`),
    page('agent with most processes', `/agents/${s.busy}`),
    page('offline', '/agents/offline', {
      whole: 'the full count, kept for some seconds',
      explained: [
        { what: 'the first 50 names that were seen in 30 days and are silent for five minutes', statement: 'page' },
        { what: 'how many such names there are', statement: 'count' },
      ],
    }),
    page('offline by last heartbeat', '/agents/offline?sort=-seen', { whole: 'the full count, kept for some seconds' }),
    page('offline, by endpoint', '/agents/offline?by=endpoint', { whole: 'the full count, kept for some seconds' }),
    page('doubles', '/agents/doubles', {
      explained: [{ what: 'queues from which several agents were heard within ten minutes', statement: 'page' }],
    }),
    {
      name: 'health',
      path: '/agents/health',
      limit: 'health',
      explained: [
        { what: 'the longest statement of the page that says whether the fleet is fine', statement: 'longest' },
      ],
    },
    page('health, endpoints', '/agents/health/endpoints'),
    wide('health, difference', '/agents/health/difference', 'counts of all that changed between two moments'),
  ]
}

function actionPages(s: Sample): Question[] {
  const action = `/actions/${s.action}`
  return [
    page('actions', '/actions', { explained: [{ what: 'the first 50 actions by start', statement: 'page' }] }),
    page('actions by name', '/actions?sort=name'),
    page('actions by commands', '/actions?sort=-commands'),
    page('actions named …', '/actions?name=cron'),
    page('actions with a text', '/actions?q=cron'),
    page('actions in flight', '/actions?status=inflight'),
    page('actions that need attention', '/actions?attention=any'),
    page('actions of a module', '/actions?module=filechecker'),
    page('actions of a signer', `/actions?investigator=${s.person}`),
    page('action of most commands', action),
    page('its commands', `${action}/commands`, {
      explained: [{ what: 'the first 50 commands of an action that has 200,000', statement: 'page' }],
    }),
    page('its commands that failed', `${action}/commands?status=failed`),
    page('its commands by agent', `${action}/commands?sort=agent`),
    {
      name: 'its results, grouped',
      path: `${action}/results`,
      limit: 'grouped',
      explained: [{ what: 'the different answers to an action, over its 200,000 commands', statement: 'longest' }],
    },
    wide('its hits', `${action}/results/hits`, 'all results of one action'),
    page('difference of two results', `${action}/results/difference?${s.picked.map((id) => `pick=${id}`).join('&')}`),
    wide('two actions compared', `/actions/compare?a=${s.action}&b=${s.other}`, 'all commands of two actions'),
  ]
}

function commandPages(s: Sample): Question[] {
  return [
    page('commands', '/commands'),
    page('commands by status', '/commands?sort=status'),
    page('commands that failed', '/commands?status=failed'),
    page('commands that found something', '/commands?found=1'),
    page('commands of agents named …', '/commands?agent=web17-'),
    page("an agent's commands", `/commands?agentid=${s.agent}`),
    page('command', `/commands/${s.command}`),
  ]
}

function matrices(s: Sample): Question[] {
  const of = (by: string) => `/acl/permissions?by=${by}`
  const windowOf = (by: string) => `/acl/permissions/window?by=${by}&size=50`
  return [
    page('requirements', '/acl/requirements'),
    page('requirements of agents named …', '/acl/requirements?name=web17-'),
    wide('requirements in groups', '/acl/requirements?group=os', 'all groups of the fleet, counted in one pass'),
    {
      name: 'requirements, window',
      path: '/acl/requirements/window?size=50',
      limit: 'window',
      explained: [
        { what: '50 endpoints with their minimums for all modules, as the grid loads them', statement: 'longest' },
      ],
    },
    page('permissions by investigator', `${of('investigator')}&investigator=${s.person}`),
    page('permissions by endpoint', `${of('endpoint')}&agent=${s.agent}`),
    page('permissions by module', `${of('module')}&module=${s.modules[0] ?? ''}`),
    wide('permissions in groups', `${of('investigator')}&investigator=${s.person}&group=os`, ASKED_FOR),
    {
      name: 'permissions, window',
      path: `${windowOf('investigator')}&investigator=${s.person}`,
      limit: 'window',
    },
    {
      name: 'permissions of a module, window',
      path: `${windowOf('module')}&module=${s.modules[0] ?? ''}`,
      limit: 'window',
    },
  ]
}
