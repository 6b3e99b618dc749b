import 'server-only'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { cache } from 'react'

/** A word and its meaning, in the glossary's own markdown: only `code` stands in it. */
export type Term = { word: string; meaning: string }

let terms: Map<string, Term> | undefined

/** The terms of the glossary's tables by their first word, without the columns of exports. */
export function glossary(text?: string): Map<string, Term> {
  if (text !== undefined) return readTerms(text)
  terms ??= readTerms(storedText())
  return terms
}

// A page is there without its words.
function storedText(): string {
  try {
    return readFileSync(path.join(/* turbopackIgnore: true */ process.cwd(), 'docs/glossary.md'), 'utf8')
  } catch (error) {
    console.error(`The glossary cannot be read, so pages explain no words: ${(error as Error).message}`)
    return ''
  }
}

function readTerms(text: string): Map<string, Term> {
  const found = new Map<string, Term>()
  const own = text.split(/^## Computed columns/m)[0] ?? ''
  for (const line of own.split('\n')) {
    const [, word, meaning] = /^\| (?!-)(.+?) \| (.+) \|$/.exec(line) ?? []
    if (word && meaning && word !== 'Word' && !found.has(firstWord(word))) found.set(firstWord(word), { word, meaning })
  }
  return found
}

/** What a row of the glossary is known by: what stands before its first comma. */
const firstWord = (word: string) => word.split(',')[0] ?? word

/** The words that a page uses, by the beginning of its address: the longest that fits holds. */
const PAGE_WORDS: Readonly<Record<string, readonly string[]>> = {
  '/': ['needs attention', 'online', 'double agent', 'silent', 'spool', 'verdict of the fleet', 'landed'],
  '/actions': [
    'action',
    'target',
    'operation',
    'validfrom',
    'counters',
    'needs attention',
    'found',
    'landed',
    'late answer',
  ],
  '/actions/[]': ['anomaly', 'stuck', 'counters', 'signature', 'signed text', 'verdict', 'cannot be rebuilt', 'replay'],
  '/actions/[]/commands': ['command', 'results', 'found', 'refused'],
  '/actions/[]/results': ['results', 'found', 'refused', 'operation'],
  '/actions/compare': ['command', 'results', 'found'],
  '/commands': ['command', 'results', 'found', 'refused', 'late answer'],
  '/agents': ['agent', 'endpoint', 'queueloc', 'heartbeat', 'online', 'clock ahead', 'version'],
  '/agents/[]': ['agent', 'endpoint', 'queueloc', 'heartbeat', 'online', 'missed command', 'day', 'environment'],
  '/agents/groups': ['group', 'unreadable (tags', 'endpoint'],
  '/agents/offline': ['heartbeat', 'heartbeat period', 'agent timeout', 'missed command', 'silent'],
  '/agents/doubles': ['double agent', 'queueloc', 'destroyed', 'heartbeat'],
  '/agents/health': ['present', 'verdict of the fleet', 'sample', 'pass', 'newly lost', 'rebuilt from rows'],
  '/acl': ['weight', 'minimum weight', 'default', 'left behind', 'sensitive'],
  '/acl/requirements': ['minimum weight', 'default', 'left behind', 'carry over', 'grid', 'unsaved changes'],
  '/acl/permissions': ['weight', 'minimum weight', 'left behind', 'grid', 'unsaved changes'],
  '/acl/what-if': ['what if', 'rule book', 'short', 'further signer', 'group (further signers)', 'mixed'],
  '/acl/lint': ['lint', 'unreachable minimum', 'left behind', 'sensitive'],
  '/acl/powers': ['power', 'sensitive', 'weight'],
  '/acl/batches': ['batch', 'in the way of a revert', 'locked out', 'pair'],
  '/acl/bulk': ['bulk change', 'batch', 'pair'],
  '/acl/files': ['ACL file', 'ACL', 'last file', 'lists', 'mixed'],
  '/investigators': ['investigator', 'admin', 'fingerprint', 'disabled', 'warned (keys)', 'signature'],
  '/spool': ['spool', 'kind', 'collector', 'dropped file', 'stamped file', 'poison file', 'background scan'],
  '/spool/reconcile': ['class (comparison)', 'collector', 'poison file', 'stranger'],
  '/audit': ['viewer', 'operator', 'admin'],
  '/settings': ['role', 'token', 'job', 'operator'],
  '/search': ['id', 'queueloc', 'fingerprint', 'spool'],
}

/** The terms that the page at this address uses, in the glossary's words. */
export const termsOf: (pathname: string) => Term[] = cache((pathname) => {
  const asked = pathname.replace(/\/\d[^/]*/g, '/[]')
  const beginnings = asked.split('/').map((_, i, parts) => parts.slice(0, parts.length - i).join('/') || '/')
  const known = beginnings.find((one) => Object.hasOwn(PAGE_WORDS, one) && (one !== '/' || asked === '/'))
  const all = glossary()
  return (known ? (PAGE_WORDS[known] ?? []) : []).flatMap((word) => all.get(word) ?? [])
})

/** Every word that a page explains; for the test that the glossary has it. */
export const EXPLAINED: readonly string[] = [...new Set(Object.values(PAGE_WORDS).flat())]
