import type { Rng } from './rng'

export type Os = 'linux' | 'darwin' | 'windows'

/** A machine before any agent has run on it: what it is called, what it is for, what it looks like. */
export type Host = { os: Os; name: string; role: string; site: string; operator: string; tidy: boolean }

type Role = { role: string; count: number; operator: string; sites: readonly string[] }

const SERVER_SITES = ['dc1.example.net', 'dc2.example.net', 'ams1.example.net', 'tok1.example.net'] as const

const LINUX_ROLES: readonly Role[] = [
  { role: 'web', count: 262, operator: 'webops', sites: SERVER_SITES },
  { role: 'app', count: 158, operator: 'webops', sites: SERVER_SITES },
  { role: 'memcache', count: 88, operator: 'webops', sites: SERVER_SITES },
  { role: 'lb', count: 40, operator: 'webops', sites: SERVER_SITES },
  { role: 'stage', count: 74, operator: 'webops', sites: ['stage.example.net'] },
  { role: 'db', count: 182, operator: 'dbops', sites: SERVER_SITES },
  { role: 'search', count: 60, operator: 'dbops', sites: ['dc1.example.net', 'ams1.example.net'] },
  { role: 'mail', count: 46, operator: 'itops', sites: ['dc1.example.net', 'corp.example.com'] },
  { role: 'storage', count: 70, operator: 'itops', sites: SERVER_SITES },
  { role: 'ns', count: 18, operator: 'itops', sites: SERVER_SITES },
  { role: 'bastion', count: 14, operator: 'opsec', sites: SERVER_SITES },
  { role: 'puppet', count: 8, operator: 'opsec', sites: ['private.dc1.example.net', 'private.dc2.example.net'] },
  { role: 'mon', count: 30, operator: 'opsec', sites: SERVER_SITES },
  { role: 'syslog', count: 46, operator: 'opsec', sites: SERVER_SITES },
  { role: 'vpn', count: 12, operator: 'opsec', sites: ['corp.example.com'] },
  { role: 'build', count: 138, operator: 'releng', sites: ['releng.example.net'] },
  { role: 'ci', count: 84, operator: 'releng', sites: ['releng.example.net'] },
  { role: 'git', count: 10, operator: 'releng', sites: ['releng.example.net'] },
]

const GIVEN =
  'aaron,abebe,alina,amara,anders,bea,bilal,chidi,clara,dai,daria,elif,emeka,farid,femi,goran,hana,ines,ivo,jonas,kaito,kofi,lars,leila,luz,marek,mina,nadia,nils,olga,omar,paola,petra,quinn,rafa,rosa,sana,seo,tariq,tess,uma,vera,wei,yara,yusuf,zoe'.split(
    ',',
  )
const FAMILY =
  'abara,berg,castillo,danso,eriksen,fontana,galli,haas,ito,jansen,kaya,lund,moreau,novak,oduya,pires,quist,rossi,sato,tran,usman,vidal,weiss,xu,yilmaz,zhang'.split(
    ',',
  )
const DEPARTMENTS = ['FIN', 'HR', 'LEGAL', 'SALES', 'MKTG', 'FRONTDESK']

// Names that a careless page would take for markup, a pattern, a path or a piece of SQL.
const UNTIDY: readonly (Omit<Host, 'tidy' | 'operator'> & { operator?: string })[] = [
  { os: 'linux', name: 'Web_Front_07.dc1.example.net', role: 'web', site: 'dc1.example.net' },
  { os: 'linux', name: 'MAILHUB2.Corp.Example.COM', role: 'mail', site: 'corp.example.com' },
  { os: 'linux', name: 'db_replica__old.dc2.example.net', role: 'db', site: 'dc2.example.net' },
  { os: 'linux', name: 'build+agent[3].releng.example.net', role: 'build', site: 'releng.example.net' },
  { os: 'linux', name: 'printer.*', role: 'mon', site: '' },
  { os: 'linux', name: '^ci-(a|b)$.releng.example.net', role: 'ci', site: 'releng.example.net' },
  { os: 'windows', name: '<b>KIOSK</b>-2', role: 'kiosk', site: '' },
  { os: 'windows', name: 'LAB&TEST "3"', role: 'lab', site: '' },
  { os: 'darwin', name: 'Zoë’s MacBook Pro.local', role: 'laptop', site: '' },
  { os: 'darwin', name: 'サーバー1.tok1.example.net', role: 'laptop', site: 'tok1.example.net' },
  { os: 'darwin', name: 'naïve-café.office.example.com', role: 'laptop', site: 'office.example.com' },
  { os: 'linux', name: "o'brien;--.stage.example.net", role: 'stage', site: 'stage.example.net' },
  { os: 'linux', name: '100%_load.stage.example.net', role: 'stage', site: 'stage.example.net' },
  { os: 'linux', name: '../../etc/passwd', role: 'stage', site: '' },
  { os: 'linux', name: 'edge5.ams1.example.net.', role: 'lb', site: 'ams1.example.net' },
  { os: 'windows', name: '=HYPERLINK("http://x.example")', role: 'lab', site: '' },
  { os: 'linux', name: '192.0.2.77', role: 'storage', site: '' },
  {
    os: 'linux',
    name: `ip-10-0-${'very-long-label-'.repeat(9)}end.cloud.example.org`,
    role: 'app',
    site: 'cloud.example.org',
  },
  // The same name on several machines: images that were never renamed.
  { os: 'linux', name: 'localhost.localdomain', role: 'stage', site: '' },
  { os: 'linux', name: 'localhost.localdomain', role: 'stage', site: '' },
  { os: 'linux', name: 'localhost.localdomain', role: 'build', site: '' },
  { os: 'windows', name: 'WIN-TEMPLATE01', role: 'lab', site: '' },
  { os: 'windows', name: 'WIN-TEMPLATE01', role: 'lab', site: '' },
  { os: 'darwin', name: 'MacBook-Pro.local', role: 'laptop', site: '' },
  { os: 'darwin', name: 'MacBook-Pro.local', role: 'laptop', site: '' },
  { os: 'darwin', name: 'MacBook-Pro.local', role: 'laptop', site: '' },
]

/** Exactly `count` hosts of three systems, tidy and untidy, in a shuffled order. */
export function makeHosts(rng: Rng, count: number): Host[] {
  const hosts: Host[] = UNTIDY.map((host) => ({ operator: 'itops', ...host, tidy: false }))
  for (const { role, count: wanted, operator, sites } of LINUX_ROLES) {
    const numbers = new Map<string, number>()
    for (let i = 0; i < wanted; i++) {
      const site = sites[i % sites.length] as string
      const number = (numbers.get(site) ?? 0) + 1
      numbers.set(site, number)
      hosts.push({ os: 'linux', name: `${role}${number}.${site}`, role, site, operator, tidy: true })
    }
  }
  const taken = new Set(hosts.map((host) => host.name))
  const add = (host: Omit<Host, 'tidy'>) => {
    if (taken.has(host.name)) return
    taken.add(host.name)
    hosts.push({ ...host, tidy: true })
  }
  const macs = hosts.length + Math.round((count - hosts.length) * 0.53)
  for (let i = 1; i <= 24; i++) {
    add({
      os: 'darwin',
      name: `macmini-build-${String(i).padStart(2, '0')}.releng.example.net`,
      role: 'build',
      site: 'releng.example.net',
      operator: 'releng',
    })
  }
  while (hosts.length < macs) {
    const given = rng.pick(GIVEN)
    const name = rng.chance(0.6)
      ? `mbp-${given.charAt(0)}${rng.pick(FAMILY)}`
      : `${rng.pick(['mba', 'mbp', 'imac'])}-${given}-${rng.int(1, 9)}`
    add({
      os: 'darwin',
      name: `${name}.office.example.com`,
      role: 'laptop',
      site: 'office.example.com',
      operator: 'desktop',
    })
  }
  for (let i = 1; i <= 8; i++) {
    add({
      os: 'windows',
      name: `SRV-AD-${String(i).padStart(2, '0')}.corp.example.com`,
      role: 'ad',
      site: 'corp.example.com',
      operator: 'itops',
    })
  }
  while (hosts.length < count) {
    const serial = rng.chars('ABCDEFGHJKLMNPQRSTUVWXYZ0123456789', 7)
    const department = rng.pick(DEPARTMENTS)
    const name =
      rng.weighted({ win: 5, desktop: 3, department: 3 }) === 'department'
        ? `${department}_LAPTOP_${String(rng.int(1, 400)).padStart(3, '0')}`
        : `${rng.pick(['WIN', 'DESKTOP'])}-${serial}`
    const site = rng.chance(0.7) ? 'corp.example.com' : ''
    add({ os: 'windows', name: site === '' ? name : `${name}.${site}`, role: 'laptop', site, operator: 'desktop' })
  }
  return rng.shuffle(hosts.slice(0, count))
}

/** How the system names itself, as the agent reads it from /etc/issue, sw_vers or the registry. */
export function systemIdent(rng: Rng, os: Os): { ident: string; init: string } {
  if (os === 'darwin') {
    return {
      init: 'launchd',
      ident: `Mac OS X ${rng.pick(['10.15.7 19H2026', '11.7.10 20G1427', '12.7.6 21H1320', '13.6.9 22G830', '14.5 23F79'])}`,
    }
  }
  if (os === 'windows') {
    return {
      init: 'windows',
      ident: rng.pick([
        'Microsoft Windows 10 Enterprise',
        'Microsoft Windows 11 Pro',
        'Microsoft Windows Server 2019 Standard',
        'Microsoft Windows Server 2012 R2 Datacenter',
      ]),
    }
  }
  return rng.pick([
    { init: 'systemd', ident: 'Ubuntu 22.04.4 LTS \\n \\l' },
    { init: 'systemd', ident: 'Ubuntu 20.04.6 LTS \\n \\l' },
    { init: 'upstart', ident: 'Ubuntu 14.04.6 LTS \\n \\l' },
    { init: 'systemd', ident: 'Debian GNU/Linux 12 \\n \\l' },
    { init: 'systemd', ident: 'Debian GNU/Linux 11 \\n \\l' },
    { init: 'sysvinit', ident: 'Debian GNU/Linux 7 \\n \\l' },
    { init: 'upstart', ident: 'CentOS release 6.10 (Final)' },
    { init: 'systemd', ident: 'CentOS Linux release 7.9.2009 (Core)' },
    { init: 'systemd', ident: 'Red Hat Enterprise Linux release 8.10 (Ootpa)' },
    { init: 'sysvinit-fallback', ident: 'unknown' },
  ])
}
