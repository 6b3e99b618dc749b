import type { AgentRow } from './fleet'
import type { Rng } from './rng'

export type Operation = { module: string; parameters: unknown }

/** A kind of question that an investigator asks: how it is worded, whom it is put to, and how often it finds something. */
export type Template = {
  key: string
  names: readonly string[]
  target: string
  /** The same condition as `target`, for choosing the agents. */
  matches: (agent: AgentRow) => boolean
  operations: (rng: Rng) => Operation[]
  threat: Record<string, unknown>
  url?: string
  /** Probability that an agent's answer has a hit. */
  hits: number
  minutes: number
}

const operator = (wanted: string) => (agent: AgentRow) => agent.tags?.includes(`"operator":"${wanted}"`) ?? false
const os = (wanted: string) => (agent: AgentRow) => agent.endpoint.os === wanted
const named = (start: string) => (agent: AgentRow) => agent.endpoint.name.startsWith(start)
const site = (end: string) => (agent: AgentRow) => agent.endpoint.name.endsWith(end)
const ident = (part: string) => (agent: AgentRow) =>
  agent.environment?.toLowerCase().includes(part.toLowerCase()) ?? false

const file = (searches: Record<string, unknown>): Operation => ({ module: 'filechecker', parameters: { searches } })

const hash = (rng: Rng, length: number) => rng.hex(length)

/** Kinds of 2014: filechecker, netstat, upgrade, agentdestroy and example. `scope` says roughly how many agents they reach. */
export const TEMPLATES: Record<
  'fleet' | 'linux' | 'group' | 'site' | 'mac' | 'windows' | 'web' | 'db' | 'few',
  Template[]
> = {
  fleet: [
    {
      key: 'hosts file',
      names: [
        'Is our update server redirected in the hosts file?',
        'Hosts file: update server pinned elsewhere',
        'Hosts file check before the certificate change',
      ],
      target: "os IN ('linux', 'darwin', 'windows')",
      matches: () => true,
      operations: () => [
        file({
          unix: {
            description: 'update host pinned to another address',
            paths: ['/etc/hosts'],
            regexes: ['(?i)updates\\.example\\.com'],
          },
          windows: { paths: ['C:\\Windows\\System32\\drivers\\etc\\hosts'], regexes: ['(?i)updates\\.example\\.com'] },
        }),
      ],
      threat: { level: 'medium', family: 'redirection', type: 'system' },
      hits: 0.012,
      minutes: 60,
    },
    {
      key: 'resolver',
      names: ['Who still talks to the retired resolvers?', 'Agents connected to 198.51.100.0/24'],
      target: 'pid > 0',
      matches: () => true,
      operations: () => [
        {
          module: 'netstat',
          parameters: {
            connectedip: ['198.51.100.53', '198.51.100.54'],
            neighborip: ['198.51.100.0/24'],
            localip: ['10.0.0.0/8'],
          },
        },
      ],
      threat: { ref: 'NET-118', level: 'low', family: 'network', type: 'network' },
      hits: 0.31,
      minutes: 45,
    },
  ],
  linux: [
    {
      key: 'cron',
      names: [
        'look for bad cron job',
        'look for bad cron job, second pass',
        'Cron entries that fetch and run',
        'Cron job left by the mining kit',
      ],
      target: "agents.os='linux'",
      matches: os('linux'),
      operations: () => [
        file({
          dropper: {
            description: 'fetch and pipe into a shell',
            paths: ['/etc/cron.d/', '/etc/crontab', '/var/spool/cron/'],
            regexes: ['(curl|wget) .*\\|\\s*(ba)?sh', '/dev/shm/\\.[a-z]+'],
          },
          names: { paths: ['/etc/cron.d/', '/etc/cron.hourly/'], filenames: ['^\\.[a-z0-9]{6}$', '^sysupd$'] },
        }),
      ],
      threat: { level: 'alert', family: 'backdoor', type: 'system' },
      url: 'https://wiki.example.net/ir/cron-dropper?page=2&lang=en',
      hits: 0.018,
      minutes: 30,
    },
    {
      key: 'sshd',
      names: [
        'Backdoored sshd by checksum',
        'sshd checksums after the supplier notice',
        'Nightly sshd signature check',
      ],
      target: "os = 'linux'",
      matches: os('linux'),
      operations: (rng) => [
        file({
          sshdbackdoor: {
            description: 'known bad builds of sshd',
            paths: ['/usr/sbin/'],
            sha256: [hash(rng, 64), hash(rng, 64)],
          },
        }),
      ],
      threat: { ref: 'IOC-2231', level: 'alert', family: 'backdoor', type: 'system' },
      url: 'https://intel.example.net/reports/sshd',
      hits: 0.002,
      minutes: 30,
    },
    {
      key: 'passwd',
      names: ['Accounts with uid 0 besides root', 'Second account with uid 0?', 'Root-equivalent accounts, monthly'],
      target: "agents.os='linux' AND version LIKE '%.prod'",
      matches: (agent) => os('linux')(agent) && agent.version.endsWith('.prod'),
      operations: () => [
        {
          module: 'filechecker',
          parameters: {
            condition: 'uid0 or md5',
            searches: {
              uid0: { description: 'a second uid 0', paths: ['/etc/passwd'], regexes: ['^(?!root)[^:]+:[^:]*:0:'] },
              md5: { description: 'root password still in MD5', paths: ['/etc/shadow'], regexes: ['^root:\\$1\\$'] },
            },
          },
        },
      ],
      threat: { ref: 'POL-7', level: 'medium', family: 'compliance', type: 'system' },
      url: 'https://wiki.example.net/policy/accounts',
      hits: 0.06,
      minutes: 60,
    },
    {
      key: 'preload',
      names: ['ld.so.preload is not empty', 'Preloaded libraries'],
      target: "os='linux'",
      matches: os('linux'),
      operations: () => [file({ preload: { paths: ['/etc/ld.so.preload'], regexes: ['\\S'] } })],
      threat: { level: 'high', family: 'rootkit', type: 'system' },
      hits: 0.004,
      minutes: 20,
    },
  ],
  group: [
    {
      key: 'webshell',
      names: [
        'Web shells under the document root',
        'Web shells, after the upload bug',
        'PHP droppers in upload folders',
      ],
      target: "tags->>'operator'='webops'",
      matches: operator('webops'),
      operations: () => [
        file({
          shells: {
            paths: ['/var/www/*/uploads/', '/srv/www/*/files/'],
            regexes: ['eval\\(base64_decode\\(', 'passthru\\(\\$_(GET|POST)'],
            filenames: ['^(c99|r57|wso).*\\.php$'],
          },
        }),
      ],
      threat: { ref: 'INC-0412', level: 'alert', family: 'webshell', type: 'application' },
      hits: 0.01,
      minutes: 60,
    },
    {
      key: 'listening',
      names: ['Who listens on the relay port?', 'Unexpected listeners on 5544 and 6379'],
      target: "tags->>'operator' IN ('webops', 'releng')",
      matches: (agent) => operator('webops')(agent) || operator('releng')(agent),
      operations: () => [
        { module: 'netstat', parameters: { listeningport: ['5544', '6379'], localip: ['127.0.0.1'] } },
      ],
      threat: { level: 'info', family: 'network', type: 'network' },
      hits: 0.5,
      minutes: 30,
    },
    {
      key: 'ssl',
      names: ['Old TLS library still linked (triage)', 'TLS library triage, webops'],
      target: "tags->>'operator'='webops' AND heartbeattime > now() - interval '10 minutes'",
      matches: operator('webops'),
      operations: () => [
        file({ libssl: { paths: ['/usr/lib/x86_64-linux-gnu/', '/usr/lib64/'], filenames: ['^libssl\\.so\\.1\\.0'] } }),
        { module: 'netstat', parameters: { listeningport: ['443', '8443'] } },
        { module: 'example', parameters: { gethostname: true, getaddresses: true, lookuphost: 'localhost' } },
      ],
      threat: { ref: 'CVE-2014-0160', level: 'alert', family: 'vulnerability', type: 'system' },
      url: 'https://intel.example.net/cve/2014-0160',
      hits: 0.16,
      minutes: 45,
    },
  ],
  site: [
    {
      key: 'mac neighbour',
      names: ['Rogue gateway in dc1: who sees its MAC?', 'Neighbour table: 02:fc:00 in dc1'],
      target: "name LIKE '%.dc1.example.net'",
      matches: site('.dc1.example.net'),
      operations: () => [
        { module: 'netstat', parameters: { neighbormac: ['^02:fc:00'], neighborip: ['10.4.0.0/16'] } },
      ],
      threat: { ref: 'NET-131', level: 'medium', family: 'network', type: 'network' },
      hits: 0.07,
      minutes: 30,
    },
    {
      key: 'authorized keys',
      names: ['Leaked deploy key in authorized_keys, dc2', 'authorized_keys: the key of the lost laptop'],
      target: "name LIKE '%.dc2.example.net'",
      matches: site('.dc2.example.net'),
      operations: () => [
        file({
          leakedkey: {
            description: 'key of the lost laptop',
            paths: ['/root/.ssh/', '/home/*/.ssh/'],
            regexes: ['AAAAB3NzaC1yc2EAAAADAQABAAABAQDm5x'],
            filenames: ['^authorized_keys2?$'],
          },
        }),
      ],
      threat: { ref: 'INC-0420', level: 'high', family: 'credential', type: 'system' },
      hits: 0.05,
      minutes: 60,
    },
    {
      key: 'ntp',
      names: ['Clock source in Amsterdam and Tokyo'],
      target: "name LIKE '%.ams1.example.net' OR name LIKE '%.tok1.example.net'",
      matches: (agent) => site('.ams1.example.net')(agent) || site('.tok1.example.net')(agent),
      operations: () => [
        file({ ntp: { paths: ['/etc/ntp.conf', '/etc/chrony.conf'], regexes: ['^server\\s+time\\.example\\.com'] } }),
      ],
      threat: { level: 'info', family: 'compliance', type: 'system' },
      url: 'https://wiki.example.net/policy/time',
      hits: 0.82,
      minutes: 20,
    },
  ],
  mac: [
    {
      key: 'launch agents',
      names: [
        'Launch agents that nobody signed for',
        'Adware launch agents on laptops',
        'LaunchDaemons named like updates',
      ],
      target: "os='darwin'",
      matches: os('darwin'),
      operations: () => [
        file({
          launchd: {
            paths: ['/Library/LaunchAgents/', '/Library/LaunchDaemons/', '/Users/*/Library/LaunchAgents/'],
            filenames: ['^com\\.(updater|search)[a-z]*\\.plist$'],
          },
        }),
      ],
      threat: { level: 'medium', family: 'adware', type: 'application' },
      hits: 0.05,
      minutes: 240,
    },
    {
      key: 'profiles',
      names: ['Configuration profiles from outside', 'Proxy profile on Macs'],
      target: "agents.os = 'darwin' AND name LIKE 'mbp-%'",
      matches: (agent) => os('darwin')(agent) && named('mbp-')(agent),
      operations: () => [
        file({
          profiles: { paths: ['/Library/Managed Preferences/'], regexes: ['HTTPSProxy', 'ProxyAutoConfigURLString'] },
        }),
      ],
      threat: { level: 'low', family: 'proxy', type: 'system' },
      hits: 0.02,
      minutes: 120,
    },
  ],
  windows: [
    {
      key: 'system32',
      names: ['Known bad driver by checksum', 'Dropped driver from the phishing wave'],
      target: "agents.os = 'windows'",
      matches: os('windows'),
      operations: (rng) => [
        file({
          driver: { paths: ['C:\\Windows\\System32\\drivers\\'], md5: [hash(rng, 32)], sha1: [hash(rng, 40)] },
          hosts: { paths: ['C:\\Windows\\System32\\drivers\\etc\\hosts'], regexes: ['(?i)login\\.example\\.com'] },
        }),
      ],
      threat: { ref: 'INC-0417', level: 'alert', family: 'malware', type: 'system' },
      hits: 0.01,
      minutes: 240,
    },
    {
      key: 'startup',
      names: ['Scripts in the startup folder', 'Startup folder, after the USB finding'],
      target: "os='windows' AND name NOT LIKE 'SRV-%'",
      matches: (agent) => os('windows')(agent) && !named('SRV-')(agent),
      operations: () => [
        file({
          startup: {
            paths: ['C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp\\'],
            filenames: ['\\.(js|vbs|hta)$'],
          },
        }),
      ],
      threat: { level: 'medium', family: 'malware', type: 'application' },
      hits: 0.04,
      minutes: 180,
    },
  ],
  web: [
    {
      key: 'php version',
      names: ['Front ends with the old PHP', 'PHP 5.3 on the web tier?'],
      target: "name LIKE 'web%'",
      matches: named('web'),
      operations: () => [file({ php: { paths: ['/usr/lib/php5/', '/usr/lib64/php/'], filenames: ['^20090626$'] } })],
      threat: { level: 'info', family: 'compliance', type: 'application' },
      hits: 0.12,
      minutes: 30,
    },
    {
      key: 'error log',
      names: [
        'Exploit attempts in the error logs',
        'Error logs: the scanner of Tuesday',
        'Which front ends did the scanner reach?',
      ],
      target: "agents.name LIKE 'web%.dc1.example.net' OR agents.name LIKE 'lb%'",
      matches: (agent) => (named('web')(agent) && site('.dc1.example.net')(agent)) || named('lb')(agent),
      operations: () => [
        file({
          scanner: {
            description: 'user agent of the scanner',
            paths: ['/var/log/apache2/error.log', '/var/log/nginx/error.log'],
            regexes: ['Morfeus|ZmEu', '\\.\\./\\.\\./etc/passwd'],
          },
        }),
        { module: 'netstat', parameters: { neighborip: ['203.0.113.0/24'], connectedip: ['203.0.113.9'] } },
      ],
      threat: { level: 'low', family: 'scan', type: 'network' },
      hits: 0.34,
      minutes: 30,
    },
  ],
  db: [
    {
      key: 'dumps',
      names: ['Database dumps left in /tmp', 'Unencrypted dumps on the database tier'],
      target: "tags->>'operator'='dbops'",
      matches: operator('dbops'),
      operations: () => [
        file({
          dumps: {
            paths: ['/tmp/', '/var/backups/', '/home/*/'],
            filenames: ['\\.(sql|dump)(\\.gz)?$'],
            regexes: ['^-- PostgreSQL database dump'],
          },
        }),
      ],
      threat: { ref: 'POL-12', level: 'medium', family: 'compliance', type: 'data' },
      url: 'https://wiki.example.net/policy/data-at-rest',
      hits: 0.14,
      minutes: 60,
    },
    {
      key: 'replication peers',
      names: ['Replication peers outside the tier', 'Where do the replicas connect to?'],
      target: "name LIKE 'db%'",
      matches: named('db'),
      operations: () => [
        {
          module: 'netstat',
          parameters: { neighborip: ['10.20.0.0/16'], localip: ['10.0.0.0/8'], connectedip: ['10.30.0.0/16'] },
        },
      ],
      threat: { level: 'low', family: 'network', type: 'network' },
      hits: 0.7,
      minutes: 30,
    },
  ],
  few: [
    {
      key: 'bastion logins',
      names: ['Bastions: logins of the leaver', 'Bastions: keys added this week'],
      target: "name LIKE 'bastion%'",
      matches: named('bastion'),
      operations: () => [
        file({ leaver: { paths: ['/var/log/auth.log', '/root/.ssh/authorized_keys'], regexes: ['nhaddad'] } }),
      ],
      threat: { ref: 'HR-55', level: 'medium', family: 'credential', type: 'system' },
      hits: 0.4,
      minutes: 30,
    },
    {
      key: 'say hello',
      names: ['Smoke test after the relay upgrade', 'Say hello', 'Does the new build answer?'],
      target: "name LIKE 'puppet%' OR name LIKE 'mon1.%'",
      matches: (agent) => named('puppet')(agent) || named('mon1.')(agent),
      operations: () => [
        { module: 'example', parameters: { gethostname: true, getaddresses: true, lookuphost: 'relay.example.net' } },
      ],
      threat: { level: '-', family: 'test' },
      hits: 1,
      minutes: 10,
    },
    {
      key: 'monitors',
      names: ['Monitors: sessions from the reported address'],
      target: "name LIKE 'mon%' AND environment->>'ident' ILIKE '%ubuntu%'",
      matches: (agent) => named('mon')(agent) && ident('ubuntu')(agent),
      operations: () => [
        { module: 'netstat', parameters: { connectedip: ['203.0.113.66'], neighborip: ['203.0.113.66'] } },
      ],
      threat: { ref: 'INC-0431', level: 'high', family: 'credential', type: 'network' },
      hits: 0.2,
      minutes: 15,
    },
    {
      key: 'bad port',
      names: ['netstat with a port that cannot be'],
      target: "name LIKE 'git%'",
      matches: named('git'),
      operations: () => [{ module: 'netstat', parameters: { listeningport: ['99999999'] } }],
      threat: {},
      hits: 0,
      minutes: 10,
    },
    {
      key: 'memory too early',
      names: ['Search memory for the loader string'],
      target: "name LIKE 'syslog1.%'",
      matches: named('syslog1.'),
      operations: () => [
        { module: 'memory', parameters: { searches: { loader: { names: ['rsyslogd'], contents: ['LdrInit\\d+'] } } } },
      ],
      threat: { level: 'high', family: 'backdoor', type: 'system' },
      hits: 0,
      minutes: 5,
    },
  ],
}

/** Kinds of MIG's later years: results are wrapped alike for all modules, statuses and signed text differ. */
export const LATER_TEMPLATES: Template[] = [
  {
    key: 'file later',
    names: ['Find the loader by name and size', 'Loader by name and checksum'],
    target: "status='online' AND environment->>'os'='linux'",
    matches: os('linux'),
    operations: (rng) => [
      {
        module: 'file',
        parameters: {
          searches: {
            loader: {
              paths: ['/usr/lib', '/opt'],
              names: ['^libsys[a-z]+\\.so$'],
              sizes: ['<200k'],
              sha2: [hash(rng, 64)],
              options: { maxdepth: 4, maxerrors: 30, matchall: true, macroal: false, mismatch: null, matchlimit: 1000 },
            },
          },
        },
      },
    ],
    threat: { ref: 'IOC-2307', level: 'high', family: 'backdoor', type: 'system' },
    hits: 0.1,
    minutes: 30,
  },
  {
    key: 'memory later',
    names: ['Loader string in running processes'],
    target: "tags->>'operator'='webops'",
    matches: operator('webops'),
    operations: () => [
      {
        module: 'memory',
        parameters: {
          searches: {
            loader: {
              names: ['nginx', 'php-fpm'],
              contents: ['LdrInit\\d+'],
              options: { matchall: true, maxlength: 100000 },
            },
          },
        },
      },
      { module: 'pkg', parameters: { pkgmatch: { matches: ['openssl', 'nginx'] }, vermatch: '' } },
    ],
    threat: { ref: 'IOC-2307', level: 'high', family: 'backdoor', type: 'application' },
    hits: 0.25,
    minutes: 30,
  },
  {
    key: 'ping later',
    names: ['Can the web tier reach the relay?', 'Path to the new relay'],
    target: "name LIKE 'web%'",
    matches: named('web'),
    operations: () => [
      {
        module: 'ping',
        parameters: { destination: 'relay.example.net', destinationport: 5671, protocol: 'tcp', count: 3, timeout: 5 },
      },
      { module: 'timedrift', parameters: { drift: '30s' } },
    ],
    threat: {},
    hits: 0.96,
    minutes: 20,
  },
  {
    key: 'sshkey later',
    names: ['Unencrypted private keys on laptops'],
    target: "os='darwin'",
    matches: os('darwin'),
    operations: () => [{ module: 'sshkey', parameters: { paths: ['/Users'], maxdepth: 4 } }],
    threat: { ref: 'POL-3', level: 'medium', family: 'compliance', type: 'credential' },
    hits: 0.44,
    minutes: 240,
  },
]

/** The old way to say it: a piece of a name, queueloc, system or version (syntaxversion 1), and filechecker's first format. */
export const FIRST_SYNTAX: Template[] = [
  {
    key: 'v1 linux',
    names: ['Known rootkit files', 'Rootkit files, old list'],
    target: 'linux',
    matches: os('linux'),
    operations: () => [
      {
        module: 'filechecker',
        parameters: {
          '/dev/shm/': { filename: { 'hidden file': ['^\\.[a-z]{3,}$'] } },
          '/usr/lib/libproc.a': { filename: { 'rootkit archive': ['^libproc\\.a$'] } },
        },
      },
    ],
    threat: { level: 'alert', family: 'rootkit' },
    hits: 0.01,
    minutes: 30,
  },
  {
    key: 'v1 web',
    names: ['Apache modules that nobody installed'],
    target: 'web',
    matches: (agent) => agent.endpoint.queueloc.includes('web'),
    operations: () => [
      {
        module: 'filechecker',
        parameters: { '/usr/lib/apache2/modules/': { filename: { 'odd module': ['^mod_(sec2|pool)_[a-z]+\\.so$'] } } },
      },
    ],
    threat: { level: 'alert', family: 'backdoor', type: 'application' },
    hits: 0.02,
    minutes: 30,
  },
]
